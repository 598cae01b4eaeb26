using PromptCanvas.Imaging.Editing;

namespace PromptCanvas.Imaging.Tests.Editing;

internal static class Rectangles
{
    public static bool Contains(this PixelRectangle outer, PixelRectangle inner) =>
        inner.Left >= outer.Left && inner.Top >= outer.Top && inner.Right <= outer.Right && inner.Bottom <= outer.Bottom;
}
