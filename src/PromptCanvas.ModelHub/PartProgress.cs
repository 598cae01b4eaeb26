namespace PromptCanvas.ModelHub;

/// <summary>Where one request's bytes go in a file.</summary>
internal sealed class PartProgress(PartialFile partial, int part, ProgressMeter meter)
{
    private int current = part;

    /// <summary>Where the next byte goes.</summary>
    public long Position { get; private set; } = partial.FirstOf(part);

    /// <summary>One past the last byte wanted.</summary>
    public long End { get; private set; } = partial.EndOf(part);

    /// <summary>The server sends the whole file instead of a part: takes all of it.</summary>
    public void BeginWhole()
    {
        meter.Add(-partial.Bytes - (Position - partial.FirstOf(current)));
        partial.Discard();
        (current, Position, End) = (0, 0, partial.Length);
    }

    /// <summary>Writes a piece, and records the parts that are complete with it.</summary>
    public async ValueTask TakeAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        var wanted = piece[..(int)Math.Min(piece.Length, End - Position)];
        await RandomAccess.WriteAsync(partial.Handle, wanted, Position, cancellationToken).ConfigureAwait(false);
        Position += wanted.Length;
        meter.Add(wanted.Length);
        while (current < partial.Count && Position >= partial.EndOf(current))
        {
            partial.Keep(current++);
        }
    }
}
