using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>A minimal SMTP server (RFC 5321) that stores the mails it receives.</summary>
public sealed class MailBox : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly Channel<(string To, string Text)> letters = Channel.CreateUnbounded<(string To, string Text)>();
    private readonly Task work;

    public MailBox()
    {
        listener.Start();
        work = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Whether it breaks the connection in place of its answer to a mail that it took.</summary>
    public bool HangsUpAfterMail { get; init; }

    /// <summary>Number of unread mails.</summary>
    public int Count => letters.Reader.Count;

    /// <summary>Waits for the next mail and removes the line breaks of the transfer encoding.</summary>
    public async Task<(string To, string Text)> ReadAsync(CancellationToken cancellationToken) => await letters.Reader.ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        closing.Dispose();
        listener.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(closing.Token);
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream);
            await using var writer = new StreamWriter(stream) { NewLine = "\r\n", AutoFlush = true };
            await TalkAsync(reader, writer);
        }
    }

    private async Task TalkAsync(StreamReader reader, StreamWriter writer)
    {
        await writer.WriteLineAsync("220 test");
        var to = "";
        while (await reader.ReadLineAsync(closing.Token) is { } line)
        {
            var word = line.Split(' ', ':')[0].ToUpperInvariant();
            to = word is "RCPT" ? line.Split('<', '>')[1] : to;
            await writer.WriteLineAsync(word switch { "DATA" => "354 go on", "QUIT" => "221 bye", _ => "250 OK" });
            if (word is "DATA")
            {
                await letters.Writer.WriteAsync((to, await TextAsync(reader)), closing.Token);
                if (HangsUpAfterMail)
                {
                    return;
                }

                await writer.WriteLineAsync("250 OK");
            }
        }
    }

    // Quoted-printable breaks long lines with "=" and writes "=" as "=3D".
    private async Task<string> TextAsync(StreamReader reader)
    {
        var text = "";
        while (await reader.ReadLineAsync(closing.Token) is { } line and not ".")
        {
            text += line.EndsWith('=') ? line[..^1] : $"{line}\n";
        }

        return text.Replace("=3D", "=", StringComparison.Ordinal);
    }
}
