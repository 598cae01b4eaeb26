using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>How often a decoder that was not trained with known regions takes a step, so that what it paints grows into what is known.</summary>
/// <remarks>Source: Lugmayr et al. (2022), RePaint, with jumps of one step; the middle third of a short plan settles shapes (unclip.md, section 6.8).</remarks>
internal static class Resampling
{
    /// <summary>Each step of the middle third is taken so often.</summary>
    public const int Times = 4;

    private static readonly GuidanceInterval Where = new(1.0 / 3, 2.0 / 3);

    /// <summary>How often a step is taken; once at the last, whatever the plan.</summary>
    public static int TimesAt(int step, int steps) => Where.Contains(step, steps) && step < steps - 1 ? Times : 1;
}
