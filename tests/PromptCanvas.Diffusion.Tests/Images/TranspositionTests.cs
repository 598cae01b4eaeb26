using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Tests.Images;

public sealed class TranspositionTests
{
    [Theory]
    [InlineData(8, 16)]
    [InlineData(16, 8)]
    [InlineData(4, 12)]
    [InlineData(12, 4)]
    [InlineData(3, 5)]
    [InlineData(1, 7)]
    public void Transpose_AnyShape_MovesEveryValueToItsPlaceAndNothingElse(int rows, int columns)
    {
        var (sourceStride, destinationStride) = (columns + 3, rows + 5);
        var source = Enumerable.Range(1, rows * sourceStride).Select(value => (float)value).ToArray();
        var destination = new float[columns * destinationStride];
        var expected = new float[destination.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                expected[(column * destinationStride) + row] = source[(row * sourceStride) + column];
            }
        }

        Transposition.Transpose(source, sourceStride, rows, columns, destination, destinationStride);

        Assert.Equal(expected, destination);
    }

    [Fact]
    public void Transpose_SpansTooShort_Throws()
    {
        Assert.Throws<IndexOutOfRangeException>(() => Transposition.Transpose(new float[63], 8, 8, 8, new float[64], 8));
        Assert.Throws<IndexOutOfRangeException>(() => Transposition.Transpose(new float[64], 8, 8, 8, new float[63], 8));
    }
}
