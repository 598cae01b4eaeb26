using PromptCanvas.Cli.Bench;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Cli.Tests.Bench;

public sealed class ColourPairTests
{
    private const int Side = 20;

    private static readonly (float, float, float) Red = (1, -0.9f, -0.9f);
    private static readonly (float, float, float) Blue = (-0.9f, -0.6f, 0.9f);

    private readonly ColourPair pair = new("red", "cube", "blue", "sphere");

    [Theory]
    [InlineData(5, 12, true, true)]
    [InlineData(12, 5, true, false)]
    [InlineData(5, 5, true, false)]
    public void Judge_TwoSquares_SeesBothAndTheirOrder(int redRow, int blueRow, bool both, bool inOrder) =>
        Assert.Equal((both, inOrder), pair.Judge(Picture((redRow, Red, 3), (blueRow, Blue, 15))));

    [Fact]
    public void Judge_OneColourMissing_IsNeither() => Assert.Equal((false, false), pair.Judge(Picture((5, Red, 3))));

    [Fact]
    public void All_Pairs_AreEveryOrderedPairOnce()
    {
        var all = ColourPair.All();

        Assert.Equal(5 * 4, all.Select(one => (one.Upper, one.Lower)).Distinct().Count());
        Assert.All(all, one => Assert.NotEqual(one.Upper, one.Lower));
        Assert.Equal("a red cube on top of a blue sphere", pair.Prompt);
    }

    /// <summary>Squares of 3 × 3 pixels, 2.25 % of the picture, on grey.</summary>
    private static SignedImage Picture(params ReadOnlySpan<(int Row, (float R, float G, float B) Colour, int Column)> squares)
    {
        var values = new float[SignedImage.Channels * Side * Side];
        foreach (var (row, colour, column) in squares)
        {
            for (var pixel = 0; pixel < 9; pixel++)
            {
                var place = ((row + (pixel / 3)) * Side) + column + (pixel % 3);
                values[place] = colour.R;
                values[(Side * Side) + place] = colour.G;
                values[(2 * Side * Side) + place] = colour.B;
            }
        }

        return new SignedImage(Side, Side, values);
    }
}
