using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>The sizes that a latent model makes for a requested size and ratio.</summary>
public sealed class PictureSizeTests
{
    private static readonly UnClipModel Latent = Model(64);

    [Theory]
    [InlineData(512, "1:1", 512, 512)]
    [InlineData(512, "4:3", 512, 384)]
    [InlineData(1024, "16:9", 1024, 576)]
    [InlineData(1024, "9:16", 576, 1024)]
    [InlineData(1024, "3:2", 1024, 704)]
    [InlineData(512, "4:1", 512, 128)]
    [InlineData(640, "1:1", 640, 640)]
    [InlineData(500, "1:1", 512, 512)]
    [InlineData(64, "1:1", 512, 512)]
    [InlineData(2048, "2:1", 1024, 512)]
    public void Made_OfSizeAndRatio_IsMultiplesOfACell(int size, string ratio, int width, int height)
    {
        Assert.True(AspectRatio.TryParse(ratio, out var aspect));

        Assert.Equal(new PictureSize(width, height), PictureSize.Made(Latent, ModelSizes.MadeFor(Latent, size), aspect));
    }

    [Theory]
    [InlineData(1024, 576, 1024, 1024, 576)]
    [InlineData(1024, 576, 512, 512, 288)]
    [InlineData(512, 512, 64, 64, 64)]
    public void WithLongerSide_KeepsTheRatio(int width, int height, int side, int newWidth, int newHeight) =>
        Assert.Equal(new PictureSize(newWidth, newHeight), new PictureSize(width, height).WithLongerSide(side));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("4")]
    [InlineData("4:3:2")]
    [InlineData("-4:3")]
    [InlineData("0:1")]
    [InlineData("5:1")]
    [InlineData("101:100")]
    [InlineData("1.5:1")]
    public void TryParse_NoRatio_IsRefused(string? text) => Assert.False(AspectRatio.TryParse(text, out _));

    [Theory]
    [InlineData(20, 512)]
    [InlineData(512, 512)]
    [InlineData(600, 640)]
    [InlineData(5000, 1024)]
    public void WorkingSizeFor_AFrame_IsTheNextSizeItMakes(int side, int expected) => Assert.Equal(expected, ModelSizes.WorkingFor(Latent, side));

    [Fact]
    public void ToRectangle_OfAnotherRatio_TakesTheMiddle()
    {
        // A white square between two black ones.
        var rgb = new byte[3 * 24 * 8];
        for (var pixel = 0; pixel < 24 * 8; pixel++)
        {
            rgb.AsSpan(3 * pixel, 3).Fill((byte)(pixel % 24 is >= 8 and < 16 ? 255 : 0));
        }

        var pixels = new SourcePicture(24, 8, rgb).ToRectangle(8, 8);

        Assert.All(pixels, value => Assert.Equal(1, value));
    }

    private static UnClipModel Model(int multiple)
    {
        var fake = new FakeModel().Model;
        var network = new FakeNetwork("autoencoder", _ => throw new InvalidOperationException("Nothing is to be run."));
        return fake with
        {
            Recipe = ModelRecipe.Kandinsky22,
            Latents = new LatentSpace { Autoencoder = new AutoencoderComponent(network, network, 4, 8, ""), SideMultiple = multiple },
        };
    }
}
