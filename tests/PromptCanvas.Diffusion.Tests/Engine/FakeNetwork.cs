using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>A network made of a function; remembers how often it ran and with how many rows.</summary>
internal sealed class FakeNetwork(string name, Func<IReadOnlyDictionary<string, NetworkTensor>, IReadOnlyDictionary<string, NetworkTensor>> function)
    : INetwork
{
    private readonly List<int> rows = [];

    public string Name { get; } = name;

    public IReadOnlyList<int> Rows => rows;

    /// <summary>The runs, from 0, after which it was to give its scratch memory back.</summary>
    public List<int> Releases { get; } = [];

    /// <summary>How often it gave back, at rest, what a stopped picture left.</summary>
    public int ReleasedAtRest { get; private set; }

    /// <summary>Outputs that were taken back.</summary>
    public int Recycled { get; private set; }

    /// <summary>Operations of a row on a grid; 0 = not known.</summary>
    public Func<int, double> Operations { get; set; } = _ => 0;

    /// <summary>Called before each run with its number, from 0, and the token of the run.</summary>
    public Action<int, CancellationToken>? BeforeRun { get; set; }

    /// <summary>Called before scratch memory is given back at rest.</summary>
    public Action<CancellationToken>? BeforeRelease { get; set; }

    /// <summary>Called before each run with its rows.</summary>
    public Action<int>? BeforeFunction { get; set; }

    public IReadOnlyDictionary<string, NetworkTensor> Run(
        IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken)
    {
        BeforeRun?.Invoke(rows.Count, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        rows.Add(inputs.Values.First().Rows);
        BeforeFunction?.Invoke(rows[^1]);
        return function(inputs);
    }

    public double OperationsPerRow(int grid) => Operations(grid);

    public void ReleaseScratchAfterNextRun() => Releases.Add(rows.Count);

    public void ReleaseScratch(CancellationToken cancellationToken)
    {
        BeforeRelease?.Invoke(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        ReleasedAtRest++;
    }

    public void Recycle(NetworkTensor output) => Recycled++;

    public void Dispose()
    {
    }
}
