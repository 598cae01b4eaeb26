using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests;

/// <summary>How many pictures of one model can be in the making at once.</summary>
/// <param name="Lanes">All of them.</param>
/// <param name="OpenLanes">Those that anybody may take; the others are kept for people who have no picture in the making.</param>
public sealed record EngineCapacity(int Lanes, int OpenLanes)
{
    /// <summary>The room of engines with the same options.</summary>
    public static EngineCapacity Of(EngineOptions options, int engines)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new EngineCapacity(options.MaxLanes * engines, (options.MaxLanes - options.ReservedLanes) * engines);
    }
}
