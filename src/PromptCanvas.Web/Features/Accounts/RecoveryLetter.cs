using System.Globalization;
using Microsoft.AspNetCore.Identity;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Mail;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>A mail with a password reset link, sent to the address of the account only.</summary>
/// <param name="Email">The address that was entered; it may belong to no account.</param>
/// <param name="Text">Text with the placeholder {0} for the link.</param>
internal sealed record RecoveryLetter(string Email, string Subject, string Text)
{
    public async Task<Letter?> WriteAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var person = await services.GetRequiredService<UserManager<Person>>().FindByEmailAsync(Email);
        if (person is not { Email: { } address, SuspendedAt: null }
            || await services.GetRequiredService<Data.Identity.Accounts>().MakeLinkAsync(person.Id) is not { } token)
        {
            return null;
        }

        await services.GetRequiredService<AuditLog>().WriteAsync(
            new AuditActor(null, "nobody", null), "account.recovery", address, "a link was sent by mail", cancellationToken);
        var link = services.GetRequiredService<Mailer>().AddressOf($"/join?token={token}");
        return new Letter(address, Subject, string.Format(CultureInfo.InvariantCulture, Text, link));
    }
}
