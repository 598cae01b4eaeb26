using PromptCanvas.Diffusion.Randomness;

namespace PromptCanvas.Diffusion.Tests.Randomness;

public sealed class PhiloxBlocksTests
{
    [Theory]
    [InlineData(0, 64)]
    [InlineData(5, 19)]
    [InlineData(4_294_967_290, 33)]
    [InlineData(1L << 40, 8)]
    public void Fill_ManyBlocksAtATime_HasTheBitsOfOneByOne(long firstBlock, int blocks)
    {
        var (radii, angles) = (new float[2 * blocks], new float[2 * blocks]);
        var (expectedRadii, expectedAngles) = (new float[2 * blocks], new float[2 * blocks]);

        PhiloxBlocks.Fill(radii, angles, firstBlock, uint.MaxValue, (7, 3));

        PhiloxBlocks.FillOneByOne(expectedRadii, expectedAngles, firstBlock, uint.MaxValue, (7, 3));
        Assert.Equal(expectedRadii, radii);
        Assert.Equal(expectedAngles, angles);
    }
}
