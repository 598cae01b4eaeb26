using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>The sessions of a person's own account: their language and their end.</summary>
internal sealed class OwnSessions(SignInManager<Person> signIn, Sessions open, PersonSessions stored, KeyRevocation keys)
{
    /// <summary>The language of the interface on all the person's devices; null = that of each browser.</summary>
    public async Task SetLanguageAsync(Person person, string? language)
    {
        var people = signIn.UserManager;
        var chosen = await people.GetClaimsAsync(person);
        await people.RemoveClaimsAsync(person, chosen.Where(claim => claim.Type == Languages.Claim));
        if (language is not null)
        {
            await people.AddClaimAsync(person, new Claim(Languages.Claim, language));
        }

        open.Refresh(person.Id);
    }

    /// <summary>Signs this browser out and aborts the connections of its other tabs; other devices reconnect automatically.</summary>
    public async Task SignOutAsync(HttpContext context, Person? person)
    {
        if (person is not null)
        {
            open.End(person.Id);
            if (await SessionLog.IdOfAsync(context) is { } session)
            {
                await stored.EndAsync(person.Id, session, context.RequestAborted);
            }
        }

        await signIn.SignOutAsync();
    }

    /// <summary>Signs every device out.</summary>
    /// <param name="endKeys">Whether the API keys end, too.</param>
    public async Task SignOutEverywhereAsync(HttpContext context, Person? person, bool endKeys)
    {
        if (person is not null)
        {
            await signIn.UserManager.UpdateSecurityStampAsync(person);
            await EndKeysAsync(context, person, endKeys);
        }

        await SignOutAsync(context, person);
    }

    /// <summary>After a change of the sign-in methods: ends the person's other sessions and keeps this one.</summary>
    /// <param name="endKeys">Whether the API keys end, too.</param>
    public async Task KeepThisOneAsync(HttpContext context, Person person, bool endKeys = false)
    {
        await EndKeysAsync(context, person, endKeys);
        open.End(person.Id);
        await signIn.RefreshSignInAsync(person);
    }

    private Task EndKeysAsync(HttpContext context, Person person, bool endKeys) =>
        endKeys ? keys.EndAllAsync(context, person, context.RequestAborted) : Task.CompletedTask;
}
