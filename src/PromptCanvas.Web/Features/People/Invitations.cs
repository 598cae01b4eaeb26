using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Features.Accounts;
using PromptCanvas.Web.Mail;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.People;

/// <summary>A link with which a person sets their password.</summary>
/// <param name="MailedTo">The address to which the link was also mailed; null = none.</param>
internal sealed record PasswordLink(string? Owner, string Token, string? MailedTo);

/// <summary>Creates links with which people join or regain access. Every link is audited.</summary>
internal sealed class Invitations(
    Data.Identity.Accounts accounts, AuditLog audit, Mailer mailer, IOptionsMonitor<RegistrationOptions> registration, IStringLocalizer<Texts> texts)
{
    /// <summary>Whether the installation allows invitations.</summary>
    public bool AreOpen => registration.CurrentValue.TakesInvitations;

    /// <summary>Creates an account without a password and mails its link where mail is set up.</summary>
    public async Task<Result<PasswordLink>> InviteAsync(AuditActor actor, string email, string role, CancellationToken cancellationToken)
    {
        if (!AreOpen)
        {
            return new Forbidden(texts["InvitationsClosed"]);
        }

        if (!(await accounts.InviteAsync(email, role)).TryGet(out var invitation, out var refusal))
        {
            return refusal;
        }

        await audit.WriteAsync(actor, "people.invite", email, role, cancellationToken);
        return new PasswordLink(email, invitation.Token, Mail(invitation));
    }

    /// <summary>A new link for a person who cannot sign in; null if the person was deleted.</summary>
    public async Task<PasswordLink?> RenewAsync(AuditActor actor, Person person, CancellationToken cancellationToken)
    {
        if (await accounts.MakeLinkAsync(person.Id) is not { } token)
        {
            return null;
        }

        await audit.WriteAsync(actor, "people.link", person.Email, null, cancellationToken);
        return new PasswordLink(person.DisplayName, token, null);
    }

    private string? Mail(Invitation invitation)
    {
        if (!mailer.IsOn || invitation.Person.Email is not { } address)
        {
            return null;
        }

        var letter = new Letter(address, texts["InvitationSubject"], texts["InvitationText", mailer.AddressOf($"/join?token={invitation.Token}")]);
        mailer.Post((_, _) => Task.FromResult<Letter?>(letter));
        return address;
    }
}
