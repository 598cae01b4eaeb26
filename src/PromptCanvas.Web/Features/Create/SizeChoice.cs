using Microsoft.Extensions.Localization;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Create;

/// <summary>The choice of a picture's size.</summary>
internal static class SizeChoice
{
    /// <summary>A size in words, with the size it is enlarged from.</summary>
    public static string NameOf(this IStringLocalizer<Texts> T, OfferedSize size) =>
        size.MadeAt < size.Side ? T["PixelsEnlarged", size.Side, size.MadeAt] : T["Pixels", size.Side];

    /// <summary>The offered side nearest to a wanted one, which another model may have offered.</summary>
    public static int Nearest(this IReadOnlyList<OfferedSize> offered, int wanted) => offered.MinBy(size => Math.Abs(size.Side - wanted))!.Side;
}
