using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>How often a decoder that was not trained with known regions repeats a step, so that painted and known parts agree.</summary>
/// <remarks>Source: Lugmayr et al. (2022), RePaint, with jumps of one step; the middle third of a short plan settles shapes (unclip.md, section 6.8).</remarks>
internal static class Resampling
{
    /// <summary>Number of times that each step of the middle third is taken.</summary>
    public const int Times = 4;

    private static readonly GuidanceInterval Where = new(1.0 / 3, 2.0 / 3);

    /// <summary>How often a step is taken; the last one once in every plan.</summary>
    public static int TimesAt(int step, int steps) => Where.Contains(step, steps) && step < steps - 1 ? Times : 1;
}
