using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

using MailKit.Net.Smtp;
using MailKit.Security;

using Microsoft.Extensions.Options;

using MimeKit;

using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Web.Mail;

/// <summary>A plain-text mail.</summary>
/// <param name="Unsubscribe">The address for the unsubscribe button of mail programs (RFC 8058); null for mails that answer a request.</param>
internal sealed record Letter(string To, string Subject, string Text, Uri? Unsubscribe = null);

/// <summary>Sends mail in the background, so that response times do not reveal whether a mail was sent.</summary>
internal sealed class Mailer(IOptions<MailOptions> options, IServiceScopeFactory scopes, Supervisor supervisor) : SupervisedService(supervisor)
{
    private const int MostWaiting = 1000;
    private readonly Channel<Func<IServiceProvider, CancellationToken, Task<Letter?>>> waiting =
        Channel.CreateBounded<Func<IServiceProvider, CancellationToken, Task<Letter?>>>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    public bool IsOn => options.Value.IsOn;

    /// <summary>The public address followed by a path, for links in mails.</summary>
    public Uri AddressOf(string path) => new(new Uri(options.Value.PublicAddress!.TrimEnd('/') + "/"), path.TrimStart('/'));

    /// <summary>Queues a mail for sending. Drops it when 1,000 are waiting.</summary>
    /// <param name="write">Writes the mail; null = nothing to send.</param>
    public void Post(Func<IServiceProvider, CancellationToken, Task<Letter?>> write) => waiting.Writer.TryWrite(write);

    /// <summary>Sends a mail at once. A failure is logged and counted.</summary>
    /// <returns>False if the mail was not delivered for certain. True also if the server took the mail and did not answer: sent again, it could arrive twice.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Every failure is logged and answered with false or true.")]
    public async Task<bool> SendAsync(Letter letter, CancellationToken stopping)
    {
        var handedOver = false;
        try
        {
            using var message = MessageOf(letter);
            await SendAsync(message, () => handedOver = true, stopping);
            return true;
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested || !handedOver)
        {
            Report(fault, $"Sending a mail through {options.Value.Host}:{options.Value.Port} failed");
            return handedOver && fault is not SmtpCommandException;
        }
    }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        await foreach (var write in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            await TryAsync(write, stoppingToken);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A mail that cannot be written or sent must not delay the ones after it.")]
    private async Task TryAsync(Func<IServiceProvider, CancellationToken, Task<Letter?>> write, CancellationToken stopping)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (await write(scope.ServiceProvider, stopping) is { } letter)
            {
                using var message = MessageOf(letter);
                await SendAsync(message, () => { }, stopping);
            }
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            // The recipient will ask again; the log tells the administrator why.
            Report(fault, $"Sending a mail through {options.Value.Host}:{options.Value.Port} failed");
        }
    }

    private MimeMessage MessageOf(Letter letter)
    {
        var message = new MimeMessage
        {
            Subject = letter.Subject,
            Body = new TextPart("plain") { Text = letter.Text },
        };
        message.From.Add(new MailboxAddress("PromptCanvas", options.Value.From!));
        message.To.Add(new MailboxAddress(null, letter.To));
        if (letter.Unsubscribe is { } address)
        {
            message.Headers.Add(HeaderId.ListUnsubscribe, $"<{address.AbsoluteUri}>");
            message.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }

        return message;
    }

    // MailKit's own limit is for each answer, and an endless trickle of answers would never reach it.
    private async Task SendAsync(MimeMessage message, Action onHandOver, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(options.Value.Timeout);
        using var client = new SmtpClient();
        try
        {
            await DeliverAsync(client, message, onHandOver, limit.Token);
        }
        catch (OperationCanceledException fault) when (!stopping.IsCancellationRequested)
        {
            throw new TimeoutException($"The mail server took longer than {options.Value.Timeout} (Mail:Timeout).", fault);
        }
    }

    private async Task DeliverAsync(SmtpClient client, MimeMessage message, Action onHandOver, CancellationToken cancellationToken)
    {
        await client.ConnectAsync(options.Value.Host!, options.Value.Port, SocketOptions, cancellationToken);
        if (!string.IsNullOrEmpty(options.Value.User))
        {
            await client.AuthenticateAsync(options.Value.User, await PasswordAsync(cancellationToken), cancellationToken);
        }

        onHandOver();
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
