namespace PromptCanvas.Generation.Previews;

/// <summary>The jobs that a node watches, in bytes: 16 of each job's id, then 1 if it asks for the latest frames.</summary>
internal static class WatchFormat
{
    private const int IdLength = 16;
    private const int EntryLength = IdLength + 1;

    public static ReadOnlyMemory<byte> Write(IReadOnlyList<(Guid JobId, bool Asks)> jobs)
    {
        var message = new byte[jobs.Count * EntryLength];
        for (var index = 0; index < jobs.Count; index++)
        {
            var entry = message.AsSpan(index * EntryLength, EntryLength);
            jobs[index].JobId.TryWriteBytes(entry);
            entry[IdLength] = (byte)(jobs[index].Asks ? 1 : 0);
        }

        return message;
    }

    public static IEnumerable<(Guid JobId, bool Asks)> Read(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at + EntryLength <= message.Length; at += EntryLength)
        {
            yield return (new Guid(message.Span.Slice(at, IdLength)), message.Span[at + IdLength] == 1);
        }
    }
}
