using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Networks that still hold scratch memory: their last run did not release it, because their pictures were stopped or failed before.</summary>
internal sealed class HeldScratch
{
    private readonly HashSet<INetwork> holders = [];

    /// <summary>Records a run that begins and does not release.</summary>
    public void Holds(INetwork network) => holders.Add(network);

    /// <summary>Records a run that released at its end.</summary>
    public void Released(INetwork network) => holders.Remove(network);

    /// <summary>Releases all of it. For an engine with nothing to do.</summary>
    /// <param name="cancellationToken">Stops it; what is held then is released at the next rest.</param>
    public void Release(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var network in holders.ToList())
            {
                network.ReleaseScratch(cancellationToken);
                holders.Remove(network);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // There is work again.
        }
    }
}
