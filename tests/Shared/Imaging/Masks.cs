using PromptCanvas.Imaging.Editing;

namespace PromptCanvas.Tests.Shared;

/// <summary>Keep masks computed from formulas.</summary>
internal static class Masks
{
    public static KeepMask WithHole(int width, int height, PixelRectangle hole)
    {
        var keep = new bool[width * height];
        for (var pixel = 0; pixel < keep.Length; pixel++)
        {
            var (x, y) = (pixel % width, pixel / width);
            keep[pixel] = x < hole.Left || x >= hole.Right || y < hole.Top || y >= hole.Bottom;
        }

        return new KeepMask(width, height, keep);
    }
}
