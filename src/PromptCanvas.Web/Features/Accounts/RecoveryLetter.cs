using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Localization;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Mail;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>A mail with a password reset link, sent to the address of the account only.</summary>
/// <param name="Email">The address that was entered; it may belong to no account.</param>
/// <param name="Language">The language of the browser; used unless the account has one.</param>
internal sealed record RecoveryLetter(string Email, string Language)
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
        var T = services.GetRequiredService<IStringLocalizer<Texts>>();
        var language = await services.GetRequiredService<AppDbContext>().LanguageOfAsync(person.Id, cancellationToken) ?? Language;
        return Languages.In(language, () => new Letter(address, T["RecoverySubject"], T["RecoveryText", link]));
    }
}
