using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Components.Gallery;

namespace PromptCanvas.Web.Tests.Features.Gallery;

public sealed class PictureFileTests
{
    [Theory]
    [InlineData("a red cube", "image/png", "a-red-cube-7.png")]
    [InlineData("../../etc/passwd", "image/webp", "etc-passwd-7.webp")]
    [InlineData("日本", "image/png", "picture-7.png")]
    [InlineData("\r\nX-Injected: 1", "image/jpeg", "x-injected-1-7.jpg")]
    public void NameOf_APrompt_IsAPlainFileName(string prompt, string contentType, string expected)
    {
        var picture = new PictureView(Guid.NewGuid(), Guid.NewGuid(), 0, prompt, 7, "starter", 64, 64, DateTimeOffset.UnixEpoch);

        Assert.Equal(expected, PictureFile.NameOf(picture, contentType));
    }

    [Fact]
    public void NameOf_ALongPrompt_IsCut()
    {
        var picture = new PictureView(Guid.NewGuid(), Guid.NewGuid(), 0, string.Concat(Enumerable.Repeat("cube ", 200)), 7, "starter", 64, 64, DateTimeOffset.UnixEpoch);

        Assert.InRange(PictureFile.NameOf(picture, "image/png").Length, 50, 70);
    }
}
