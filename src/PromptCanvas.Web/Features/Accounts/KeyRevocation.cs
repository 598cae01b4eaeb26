using System.Globalization;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Revokes all API keys of a person if chosen in the form: with a new password, and with signing out everywhere.</summary>
internal sealed class KeyRevocation(ApiKeys keys, AuditLog audit)
{
    public async Task EndAllAsync(HttpContext context, Person person, CancellationToken cancellationToken)
    {
        var ended = await keys.RevokeAllAsync(person.Id, cancellationToken);
        if (ended > 0)
        {
            var actor = new AuditActor(person.Id, person.UserName ?? "", context.ToActor().Address);
            await audit.WriteAsync(actor, "keys.revoke-all", person.Email, string.Create(CultureInfo.InvariantCulture, $"{ended} keys"), cancellationToken);
        }
    }
}
