using System.ComponentModel.DataAnnotations;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.Mail;

/// <summary>Section <c>Mail</c>: the outgoing mail server. Without a host no mail is sent.</summary>
internal sealed record MailOptions : IValidatableObject
{
    public const string Section = "Mail";

    /// <summary>The outgoing mail server. Without one no mail is sent.</summary>
    /// <value>None: no mail is sent.</value>
    public string? Host { get; init; }

    /// <summary>The port of the mail server.</summary>
    /// <value>587</value>
    [Range(1, 65535)]
    public int Port { get; init; } = 587;

    /// <summary>How the connection to the mail server is encrypted.</summary>
    /// <value>StartTls</value>
    public MailSecurity Security { get; init; } = MailSecurity.StartTls;

    /// <summary>The user name on the mail server; empty = without authentication.</summary>
    public string? User { get; init; }

    /// <summary>The password on the mail server; PasswordFile names a file with it.</summary>
    [Secret]
    public string? Password { get; init; }

    /// <summary>A file with the password, for mounted secrets.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>The sender.</summary>
    public string? From { get; init; }

    /// <summary>The studio's public address. Links in mails start with it, never with the request's Host header.</summary>
    public string? PublicAddress { get; init; }

    /// <summary>Maximum time for sending one mail, from the connection to the server's last answer.</summary>
    /// <value>1 minute</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    public bool IsOn => !string.IsNullOrWhiteSpace(Host);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsOn && !new EmailAddressAttribute().IsValid(From))
        {
            yield return new ValidationResult("Mail:From is not an e-mail address; every mail needs a sender.");
        }

        if (IsOn && !(Uri.TryCreate(PublicAddress, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            yield return new ValidationResult("Mail:PublicAddress is not a web address such as https://studio.example; links in mails start with it.");
        }
    }
}

/// <summary>Transport security of the connection to the mail server.</summary>
internal enum MailSecurity
{
    /// <summary>STARTTLS; the connection is refused when the server does not offer it.</summary>
    StartTls,

    /// <summary>Implicit TLS, usually on port 465.</summary>
    Tls,

    /// <summary>No TLS; for a server on this machine only.</summary>
    None,
}
