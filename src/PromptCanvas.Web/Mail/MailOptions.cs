using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Web.Mail;

/// <summary>Section <c>Mail</c>: where the studio sends mail through. Without a host it sends none.</summary>
internal sealed record MailOptions : IValidatableObject
{
    public const string Section = "Mail";

    /// <value>None: no mail is sent.</value>
    public string? Host { get; init; }

    /// <value>587</value>
    [Range(1, 65535)]
    public int Port { get; init; } = 587;

    /// <value>StartTls</value>
    public MailSecurity Security { get; init; } = MailSecurity.StartTls;

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>A file with the password, for mounted secrets.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>The sender.</summary>
    public string? From { get; init; }

    /// <summary>The studio's address as people type it. Links in mails begin with it, and never with what a request says its host is.</summary>
    public string? PublicAddress { get; init; }

    public bool IsOn => !string.IsNullOrWhiteSpace(Host);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsOn && !new EmailAddressAttribute().IsValid(From))
        {
            yield return new ValidationResult("Mail:From is no e-mail address; mails need a sender.");
        }

        if (IsOn && !(Uri.TryCreate(PublicAddress, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            yield return new ValidationResult("Mail:PublicAddress is not the studio's address, such as https://studio.example; links in mails begin with it.");
        }
    }
}

/// <summary>How the way to the mail server is protected.</summary>
internal enum MailSecurity
{
    /// <summary>TLS after a greeting; refused when the server has none.</summary>
    StartTls,

    /// <summary>TLS from the first byte, usually on port 465.</summary>
    Tls,

    /// <summary>Not at all: for a server on this machine.</summary>
    None,
}
