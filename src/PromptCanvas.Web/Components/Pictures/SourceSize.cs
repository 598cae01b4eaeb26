using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Web.Components.Pictures;

/// <summary>The default size of pictures that are made from a picture.</summary>
internal static class SourceSize
{
    /// <summary>The smallest size on offer that loses nothing of the source; the largest for a larger source.</summary>
    /// <param name="side">The longer side of the source in pixels.</param>
    public static int Like(int side) => RequestRules.StandardSizes.FirstOrDefault(size => size >= side, RequestRules.StandardSizes.Max());
}
