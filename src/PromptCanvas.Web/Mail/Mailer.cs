using System.Threading.Channels;

using MailKit.Net.Smtp;
using MailKit.Security;

using Microsoft.Extensions.Options;

using MimeKit;

namespace PromptCanvas.Web.Mail;

/// <summary>A mail of plain text.</summary>
internal sealed record Letter(string To, string Subject, string Text);

/// <summary>Sends mail beside the requests that cause it: how long a request takes does not say whether there was anything to send.</summary>
internal sealed class Mailer(IOptions<MailOptions> options, IServiceScopeFactory scopes, ILogger<Mailer> log) : BackgroundService
{
    private const int MostWaiting = 1000;
    private readonly Channel<Func<IServiceProvider, CancellationToken, Task<Letter?>>> waiting =
        Channel.CreateBounded<Func<IServiceProvider, CancellationToken, Task<Letter?>>>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    public bool IsOn => options.Value.IsOn;

    /// <summary>The studio's address with a path behind it, for links in mails.</summary>
    public Uri AddressOf(string path) => new(new Uri(options.Value.PublicAddress!), path);

    /// <summary>Sends a letter soon. When a thousand wait already it is dropped.</summary>
    /// <param name="write">Writes it; null = there is nothing to send after all.</param>
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
                // Who waits for it asks again; the administrator finds out why here.
                log.LogError(fault, "A mail could not be sent through {Host}:{Port}", options.Value.Host, options.Value.Port);
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
