using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Cli.Bench;

/// <summary>A network that measures another one around its runs.</summary>
/// <param name="inner">The network, which it owns.</param>
internal abstract class ForwardingNetwork(INetwork inner) : INetwork
{
    public string Name => inner.Name;

    protected INetwork Inner => inner;

    public abstract IReadOnlyDictionary<string, NetworkTensor> Run(IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken);

    public double OperationsPerRow(int grid) => inner.OperationsPerRow(grid);

    public int RowLimit(int grid) => inner.RowLimit(grid);

    public void ReleaseScratchAfterNextRun() => inner.ReleaseScratchAfterNextRun();

    public void ReleaseScratch(CancellationToken cancellationToken) => inner.ReleaseScratch(cancellationToken);

    public void Recycle(NetworkTensor output) => inner.Recycle(output);

    public void Dispose() => inner.Dispose();
}
