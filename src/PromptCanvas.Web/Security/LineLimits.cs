using Microsoft.Extensions.Options;

namespace PromptCanvas.Web.Security;

/// <summary>Limits the open connections and streams per person and per address.</summary>
public sealed class LineLimits
{
    private readonly LineOptions options;
    private readonly Lock counting = new();
    private readonly Dictionary<string, int> open = new(StringComparer.Ordinal);

    internal LineLimits(IOptions<LineOptions> options) => this.options = options.Value;

    /// <summary>Opens a connection.</summary>
    /// <returns>Dispose it when the connection ends; null if the person or the address has too many.</returns>
    internal IDisposable? TryConnect(HttpContext context) => TryOpen(context, "line", options.PerPerson, options.PerAddress);

    /// <summary>Opens a stream over a hub connection.</summary>
    /// <returns>Dispose it when the stream ends; null if the person or the address has too many.</returns>
    internal IDisposable? TryStream(HttpContext context) => TryOpen(context, "stream", options.StreamsPerPerson, options.StreamsPerAddress);

    private Line? TryOpen(HttpContext context, string kind, int perPerson, int perAddress)
    {
        var address = $"{kind} address {context.Connection.RemoteIpAddress}";
        var person = context.User.PersonId() is { } personId ? $"{kind} person {personId}" : null;
        lock (counting)
        {
            if (open.GetValueOrDefault(address) >= perAddress || (person is not null && open.GetValueOrDefault(person) >= perPerson))
            {
                return null;
            }

            var line = new Line(this, person is null ? [address] : [address, person]);
            Change(line.Holders, by: 1);
            return line;
        }
    }

    private void Change(string[] holders, int by)
    {
        foreach (var holder in holders)
        {
            if ((open[holder] = open.GetValueOrDefault(holder) + by) == 0)
            {
                open.Remove(holder);
            }
        }
    }

    private sealed class Line(LineLimits limits, string[] holders) : IDisposable
    {
        private bool isOver;

        public string[] Holders => holders;

        public void Dispose()
        {
            lock (limits.counting)
            {
                if (!isOver)
                {
                    isOver = true;
                    limits.Change(holders, by: -1);
                }
            }
        }
    }
}
