namespace PromptCanvas.Diffusion.Networks;

/// <summary>An input or output of a network: a row-major block of 32-bit floats or 64-bit integers with a shape.</summary>
/// <remarks>The first dimension is always the batch: row <c>i</c> belongs to lane <c>i</c> and to nothing else.</remarks>
public sealed class NetworkTensor
{
    private readonly float[]? floats;
    private readonly long[]? integers;

    private NetworkTensor(float[]? floats, long[]? integers, int[] shape)
    {
        long expected = 1;
        foreach (var size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
            expected *= size;
        }

        var actual = floats?.Length ?? integers!.Length;
        if (expected != actual)
        {
            throw new ArgumentException($"A tensor of shape ({string.Join(", ", shape)}) holds {expected} values, not {actual}.", nameof(shape));
        }

        this.floats = floats;
        this.integers = integers;
        Shape = shape;
    }

    /// <summary>The sizes, batch first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Whether the values are 32-bit floats; otherwise they are 64-bit integers.</summary>
    public bool IsFloat => floats is not null;

    /// <summary>The float values, row-major.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds integers.</exception>
    public float[] Floats => floats ?? throw new InvalidOperationException("This tensor holds 64-bit integers, not floats.");

    /// <summary>The integer values, row-major.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds floats.</exception>
    public long[] Integers => integers ?? throw new InvalidOperationException("This tensor holds floats, not 64-bit integers.");

    /// <summary>The number of rows: the size of the first dimension.</summary>
    public int Rows => Shape[0];

    /// <summary>The number of values in one row.</summary>
    public int RowLength => Rows == 0 ? 0 : (floats?.Length ?? integers!.Length) / Rows;

    /// <summary>Wraps float values without copying them.</summary>
    /// <param name="values">Row-major values; their number must equal the product of the shape.</param>
    /// <param name="shape">The sizes, batch first.</param>
    /// <exception cref="ArgumentException">The number of values does not fit the shape.</exception>
    public static NetworkTensor Float32(float[] values, params int[] shape)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(shape);
        return new NetworkTensor(values, null, shape);
    }

    /// <summary>Wraps integer values without copying them.</summary>
    /// <param name="values">Row-major values; their number must equal the product of the shape.</param>
    /// <param name="shape">The sizes, batch first.</param>
    /// <exception cref="ArgumentException">The number of values does not fit the shape.</exception>
    public static NetworkTensor Int64(long[] values, params int[] shape)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(shape);
        return new NetworkTensor(null, values, shape);
    }

    /// <summary>One row of a float tensor.</summary>
    /// <param name="index">The row, from 0.</param>
    public Span<float> FloatRow(int index) => Floats.AsSpan(index * RowLength, RowLength);
}
