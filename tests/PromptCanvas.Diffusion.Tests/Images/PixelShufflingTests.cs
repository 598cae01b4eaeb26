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
