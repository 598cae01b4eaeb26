using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>Files to bring along.</summary>
internal static class TestPictures
{
    public static byte[] Png(int width, int height)
    {
        var bytes = Enumerable.Range(0, width * height * RgbImage.Channels).Select(at => (byte)(at * 7)).ToArray();
        return PngEncoder.Encode(new RgbImage(width, height, bytes));
    }
}
