using System.Threading.Channels;

using MailKit.Net.Smtp;
using MailKit.Security;

using Microsoft.Extensions.Options;

using MimeKit;

namespace PromptCanvas.Web.Mail;

/// <summary>A plain-text mail.</summary>
internal sealed record Letter(string To, string Subject, string Text);

/// <summary>Sends mail in the background, so that response times do not reveal whether a mail was sent.</summary>
internal sealed class Mailer(IOptions<MailOptions> options, IServiceScopeFactory scopes, ILogger<Mailer> log) : BackgroundService
{
    private const int MostWaiting = 1000;
    private readonly Channel<Func<IServiceProvider, CancellationToken, Task<Letter?>>> waiting =
        Channel.CreateBounded<Func<IServiceProvider, CancellationToken, Task<Letter?>>>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    public bool IsOn => options.Value.IsOn;

    /// <summary>The public address followed by a path, for links in mails.</summary>
    public Uri AddressOf(string path) => new(new Uri(options.Value.PublicAddress!), path);

    /// <summary>Queues a mail for sending. Drops it when 1,000 are waiting.</summary>
    /// <param name="write">Writes the mail; null = nothing to send.</param>
    public void Post(Func<IServiceProvider, CancellationToken, Task<Letter?>> write) => waiting.Writer.TryWrite(write);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var write in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                if (await write(scope.ServiceProvider, stoppingToken) is { } letter)
                {
                    await SendAsync(letter, stoppingToken);
                }
            }
            catch (Exception fault) when (fault is System.Data.Common.DbException or IOException or System.Net.Sockets.SocketException
                or MailKit.ProtocolException or MailKit.CommandException or AuthenticationException or SslHandshakeException or NotSupportedException)
            {
                // The recipient will ask again; the log tells the administrator why.
                log.LogError(fault, "Sending a mail through {Host}:{Port} failed", options.Value.Host, options.Value.Port);
            }
        }
    }

    private async Task SendAsync(Letter letter, CancellationToken cancellationToken)
    {
        using var message = new MimeMessage
        {
            Subject = letter.Subject,
            Body = new TextPart("plain") { Text = letter.Text },
        };
        message.From.Add(new MailboxAddress("PromptCanvas", options.Value.From!));
        message.To.Add(new MailboxAddress(null, letter.To));
        using var client = new SmtpClient();
        await client.ConnectAsync(options.Value.Host!, options.Value.Port, SocketOptions, cancellationToken);
        if (!string.IsNullOrEmpty(options.Value.User))
        {
            await client.AuthenticateAsync(options.Value.User, await PasswordAsync(cancellationToken), cancellationToken);
        }

        await client.SendAsync(message, cancellationToken);
        await client.DisconnectAsync(quit: true, cancellationToken);
    }

    private SecureSocketOptions SocketOptions => options.Value.Security switch
    {
        MailSecurity.StartTls => SecureSocketOptions.StartTls,
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.None,
    };

    private async Task<string> PasswordAsync(CancellationToken cancellationToken) => options.Value.PasswordFile is { Length: > 0 } file
        ? (await File.ReadAllTextAsync(file, cancellationToken)).Trim()
        : options.Value.Password ?? "";
}
