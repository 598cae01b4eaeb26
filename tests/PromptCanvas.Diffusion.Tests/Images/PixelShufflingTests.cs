using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Tests.Images;

public sealed class PixelShufflingTests
{
    [Fact]
    public void Unshuffle_TwoChannels_OrdersByChannelRowColumn()
    {
        // Two channels of 4 × 2 pixels, numbered in order.
        var source = new float[16];
        for (var index = 0; index < source.Length; index++)
        {
            source[index] = index;
        }

        var result = new float[16];
        PixelShuffling.Unshuffle(source, 4, 2, 2, result);

        Assert.Equal([0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15], result);
    }

    [Theory]
    [InlineData(16, 24, 2)]
    [InlineData(16, 24, 4)]
    [InlineData(64, 128, 8)]
    public void Unshuffle_AnyFactor_IsTheDefinition(int width, int height, int factor)
    {
        var source = Enumerable.Range(0, 3 * width * height).Select(value => (float)value).ToArray();
        var result = new float[source.Length];

        PixelShuffling.Unshuffle(source, width, height, factor, result);

        // Channel c·p² + dy·p + dx of the folded picture is the pixel (dy, dx) of each block of channel c.
        for (var index = 0; index < source.Length; index++)
        {
            var (channel, y, x) = (index / (width * height), index / width % height, index % width);
            var folded = (channel * factor * factor) + (y % factor * factor) + (x % factor);
            Assert.Equal(source[index], result[(((folded * (height / factor)) + (y / factor)) * (width / factor)) + (x / factor)]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Shuffle_AfterUnshuffle_RestoresThePicture(int factor)
    {
        var source = new float[3 * 8 * 12];
        for (var index = 0; index < source.Length; index++)
        {
            source[index] = index;
        }

        var (folded, result) = (new float[source.Length], new float[source.Length]);
        PixelShuffling.Unshuffle(source, 12, 8, factor, folded);
        PixelShuffling.Shuffle(folded, 12, 8, factor, result);

        Assert.Equal(source, result);
    }

    [Fact]
    public void Unshuffle_SizesThatDoNotDivide_Throws()
    {
        Assert.Throws<ArgumentException>(() => PixelShuffling.Unshuffle(new float[9], 3, 3, 2, new float[9]));
        Assert.Throws<ArgumentException>(() => PixelShuffling.Unshuffle(new float[5], 2, 2, 2, new float[5]));
        Assert.Throws<ArgumentException>(() => PixelShuffling.Shuffle(new float[4], 2, 2, 2, new float[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PixelShuffling.Shuffle(new float[4], 2, 2, 0, new float[4]));
    }
}
