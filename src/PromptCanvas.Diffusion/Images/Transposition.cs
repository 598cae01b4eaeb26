using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PromptCanvas.Diffusion.Images;

/// <summary>Transposes matrices of floats, in tiles where the processor can.</summary>
internal static class Transposition
{
    private const int Large = 8;
    private const int Small = 4;

    // Both halves of a pair of lanes: elements 0 and 1, or 2 and 3, of each operand.
    private const byte LowPairs = 0b01_00_01_00;
    private const byte HighPairs = 0b11_10_11_10;

    // Which 128-bit halves make up a result: the low ones of both operands, or the high ones.
    private const byte LowHalves = 0x20;
    private const byte HighHalves = 0x31;

    /// <summary>destination[column, row] = source[row, column].</summary>
    /// <param name="source">Holds the rows.</param>
    /// <param name="sourceStride">From one row of the source to the next.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="destination">Receives the columns as rows; must not overlap the source.</param>
    /// <param name="destinationStride">From one row of the destination to the next.</param>
    public static void Transpose(ReadOnlySpan<float> source, int sourceStride, int rows, int columns, Span<float> destination, int destinationStride)
    {
        // The tiles below read and write without checks, so the last element of each span is checked here.
        _ = source[((rows - 1) * sourceStride) + columns - 1];
        _ = destination[((columns - 1) * destinationStride) + rows - 1];
        var tile = Avx.IsSupported && rows % Large == 0 && columns % Large == 0 ? Large
            : Sse.IsSupported && rows % Small == 0 && columns % Small == 0 ? Small
            : 1;
        for (var row = 0; row < rows; row += tile)
        {
            for (var column = 0; column < columns; column += tile)
            {
                ref readonly var from = ref source[(row * sourceStride) + column];
                ref var to = ref destination[(column * destinationStride) + row];
                switch (tile)
                {
                    case Large:
                        TransposeLarge(in from, (nuint)sourceStride, ref to, (nuint)destinationStride);
                        break;
                    case Small:
                        TransposeSmall(in from, (nuint)sourceStride, ref to, (nuint)destinationStride);
                        break;
                    default:
                        to = from;
                        break;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeSmall(ref readonly float source, nuint sourceStride, ref float destination, nuint destinationStride)
    {
        var row0 = Vector128.LoadUnsafe(in source);
        var row1 = Vector128.LoadUnsafe(in source, sourceStride);
        var row2 = Vector128.LoadUnsafe(in source, 2 * sourceStride);
        var row3 = Vector128.LoadUnsafe(in source, 3 * sourceStride);
        var (low01, high01) = (Sse.UnpackLow(row0, row1), Sse.UnpackHigh(row0, row1));
        var (low23, high23) = (Sse.UnpackLow(row2, row3), Sse.UnpackHigh(row2, row3));
        Sse.Shuffle(low01, low23, LowPairs).StoreUnsafe(ref destination);
        Sse.Shuffle(low01, low23, HighPairs).StoreUnsafe(ref destination, destinationStride);
        Sse.Shuffle(high01, high23, LowPairs).StoreUnsafe(ref destination, 2 * destinationStride);
        Sse.Shuffle(high01, high23, HighPairs).StoreUnsafe(ref destination, 3 * destinationStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeLarge(ref readonly float source, nuint sourceStride, ref float destination, nuint destinationStride)
    {
        var (upper0, upper1, upper2, upper3) = Quarter(in source, sourceStride);
        var (lower0, lower1, lower2, lower3) = Quarter(in Unsafe.Add(ref Unsafe.AsRef(in source), 4 * sourceStride), sourceStride);
        Avx.Permute2x128(upper0, lower0, LowHalves).StoreUnsafe(ref destination);
        Avx.Permute2x128(upper1, lower1, LowHalves).StoreUnsafe(ref destination, destinationStride);
        Avx.Permute2x128(upper2, lower2, LowHalves).StoreUnsafe(ref destination, 2 * destinationStride);
        Avx.Permute2x128(upper3, lower3, LowHalves).StoreUnsafe(ref destination, 3 * destinationStride);
        Avx.Permute2x128(upper0, lower0, HighHalves).StoreUnsafe(ref destination, 4 * destinationStride);
        Avx.Permute2x128(upper1, lower1, HighHalves).StoreUnsafe(ref destination, 5 * destinationStride);
        Avx.Permute2x128(upper2, lower2, HighHalves).StoreUnsafe(ref destination, 6 * destinationStride);
        Avx.Permute2x128(upper3, lower3, HighHalves).StoreUnsafe(ref destination, 7 * destinationStride);
    }

    /// <summary>Four rows of eight: columns 0 and 4, 1 and 5, 2 and 6, 3 and 7, each four values high.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Column0, Vector256<float> Column1, Vector256<float> Column2, Vector256<float> Column3) Quarter(
        ref readonly float source, nuint stride)
    {
        var row0 = Vector256.LoadUnsafe(in source);
        var row1 = Vector256.LoadUnsafe(in source, stride);
        var row2 = Vector256.LoadUnsafe(in source, 2 * stride);
        var row3 = Vector256.LoadUnsafe(in source, 3 * stride);
        var (low01, high01) = (Avx.UnpackLow(row0, row1), Avx.UnpackHigh(row0, row1));
        var (low23, high23) = (Avx.UnpackLow(row2, row3), Avx.UnpackHigh(row2, row3));
        return (
            Avx.Shuffle(low01, low23, LowPairs),
            Avx.Shuffle(low01, low23, HighPairs),
            Avx.Shuffle(high01, high23, LowPairs),
            Avx.Shuffle(high01, high23, HighPairs));
    }
}
