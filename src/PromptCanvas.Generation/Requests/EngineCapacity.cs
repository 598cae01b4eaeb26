using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests;

/// <summary>Number of pictures that one model can process concurrently.</summary>
/// <param name="Lanes">All lanes.</param>
/// <param name="OpenLanes">Lanes open to all people; the others are reserved for people without a picture in progress.</param>
public sealed record EngineCapacity(int Lanes, int OpenLanes)
{
    /// <summary>Total capacity of engines with the same options.</summary>
    public static EngineCapacity Of(EngineOptions options, int engines)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new EngineCapacity(options.MaxLanes * engines, (options.MaxLanes - options.ReservedLanes) * engines);
    }
}
