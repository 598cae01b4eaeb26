using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Web.Components.Pictures;

/// <summary>The size of what is made from a picture, where the person did not choose one.</summary>
internal static class SourceSize
{
    /// <summary>The smallest size on offer that loses nothing of the source; the largest for a larger source.</summary>
    /// <param name="side">The longer side of the source in pixels.</param>
    public static int Like(int side) => RequestRules.StandardSizes.FirstOrDefault(size => size >= side, RequestRules.StandardSizes.Max());
}
