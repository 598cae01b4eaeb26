using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>Records a network's inputs.</summary>
internal sealed class ListeningNetwork(INetwork inner) : INetwork
{
    public List<IReadOnlyDictionary<string, NetworkTensor>> Inputs { get; } = [];

    public string Name => inner.Name;

    public IReadOnlyDictionary<string, NetworkTensor> Run(IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken)
    {
        Inputs.Add(inputs.ToDictionary(input => input.Key, input => input.Value.IsFloat
            ? NetworkTensor.Float32([.. input.Value.Floats], [.. input.Value.Shape])
            : input.Value));
        return inner.Run(inputs, cancellationToken);
    }

    public void Dispose()
    {
        // The library disposes of the network.
    }
}
