using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Editing;

namespace PromptCanvas.Generation.Tests.Requests;

public sealed class ExtensionTests
{
    [Theory]
    [InlineData("16:9", 1024, 1024, 398, 398, 0, 0)]
    [InlineData("9:16", 1024, 1024, 0, 0, 398, 398)]
    [InlineData("3:2", 1024, 1024, 256, 256, 0, 0)]
    [InlineData("1:1", 1024, 576, 0, 0, 224, 224)]
    [InlineData("4:3", 90, 60, 0, 0, 4, 4)]
    [InlineData("16:9", 90, 60, 8, 9, 0, 0)]
    [InlineData("3:2", 90, 60, 0, 0, 0, 0)]
    public void To_AspectRatio_AddsAsMuchOnBothSides(string aspect, int width, int height, int left, int right, int up, int down)
    {
        Assert.True(AspectRatio.TryParse(aspect, out var ratio));

        Assert.Equal(new Extension(left, right, up, down), Extension.To(ratio, width, height));
    }

    [Fact]
    public void To_EveryRatioThatIsOffered_IsReachedWithinAPixel_AndCutsNothingOff()
    {
        foreach (var ratio in AspectRatio.Common)
        {
            foreach (var (width, height) in ((int, int)[])[(64, 64), (1024, 1024), (1024, 683), (577, 1024), (333, 500)])
            {
                var by = Extension.To(ratio, width, height);
                var (wide, high) = (width + by.Left + by.Right, height + by.Up + by.Down);

                Assert.True(by.Left >= 0 && by.Right >= 0 && by.Up >= 0 && by.Down >= 0);
                Assert.True(by == Extension.None || by.Left + by.Right == 0 || by.Up + by.Down == 0);
                Assert.True(Math.Abs((double)wide * ratio.Height / ratio.Width - high) <= 1 || Math.Abs((double)high * ratio.Width / ratio.Height - wide) <= 1, $"{ratio}: {wide} × {high}");
            }
        }
    }
}
