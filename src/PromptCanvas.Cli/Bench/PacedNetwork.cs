using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Cli.Bench;

/// <summary>A network with the step time of another device: it runs once, then repeats that output, each run after a fixed pause that needs no processor.</summary>
/// <remarks>Everything around it (queue, scheduling, samplers, previews, files) is real, so that a load of several devices can be measured on one machine.</remarks>
internal sealed class PacedNetwork(INetwork inner, TimeSpan time) : INetwork
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, IReadOnlyDictionary<string, NetworkTensor>> known = [];

    public string Name => inner.Name;

    public IReadOnlyDictionary<string, NetworkTensor> Run(IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken)
    {
        var rows = inputs.Values.First().Rows;
        var form = string.Join(';', inputs.Select(input => $"{input.Key}:{string.Join(',', input.Value.Shape.Skip(1))}"));
        var first = First(form, inputs, cancellationToken);
        cancellationToken.WaitHandle.WaitOne(time);
        cancellationToken.ThrowIfCancellationRequested();
        return first.ToDictionary(output => output.Key, output => Repeat(output.Value, rows));
    }

    public double OperationsPerRow(int grid) => inner.OperationsPerRow(grid);

    public void Dispose() => inner.Dispose();

    private IReadOnlyDictionary<string, NetworkTensor> First(string form, IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!known.TryGetValue(form, out var outputs))
            {
                known[form] = outputs = inner.Run(inputs, cancellationToken);
            }

            return outputs;
        }
    }

    private static NetworkTensor Repeat(NetworkTensor first, int rows)
    {
        var values = new float[rows * first.RowLength];
        for (var row = 0; row < rows; row++)
        {
            first.FloatRow(0).CopyTo(values.AsSpan(row * first.RowLength));
        }

        return NetworkTensor.Float32(values, [rows, .. first.Shape.Skip(1)]);
    }
}
