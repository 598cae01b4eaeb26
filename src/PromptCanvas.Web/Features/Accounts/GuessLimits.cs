using System.Globalization;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Result of comparing a password or a code.</summary>
internal enum Proof
{
    /// <summary>Wrong.</summary>
    No,

    /// <summary>Right, but a second factor is still missing.</summary>
    Half,

    /// <summary>Right.</summary>
    Yes,

    /// <summary>Not compared: too many failures before.</summary>
    Locked,
}

/// <summary>Every verification of a password or code passes through here, so that all of them count towards the same lock.</summary>
internal sealed class GuessLimits(SignInLocks locks, AttemptSources sources, AuditLog audit)
{
    public async Task<Proof> TryAsync(HttpContext context, Person person, Func<Task<Proof>> compare)
    {
        var source = sources.Of(context, person.Id);
        if (await locks.TryBeginAsync(person.Id, source, context.RequestAborted) is not { } attempt)
        {
            return Proof.Locked;
        }

        // Not cancellable from here on: a request that is aborted after the comparison must not leave the count wrong.
        var proof = await compare();
        switch (proof)
        {
            case Proof.Yes:
                await locks.SucceedAsync(person.Id, source, CancellationToken.None);
                break;
            case Proof.Half:
                await locks.TakeBackAsync(person.Id, source, CancellationToken.None);
                break;
            default:
                await ReportAsync(context, person, source, attempt);
                break;
        }

        return proof;
    }

    /// <summary>Forgets the failures of this source after a sign-in of any kind, and marks the browser as a known device.</summary>
    public async Task WelcomeAsync(HttpContext context, Guid personId)
    {
        await locks.SucceedAsync(personId, sources.Of(context, personId), CancellationToken.None);
        sources.Remember(context, personId);
    }

    private async Task ReportAsync(HttpContext context, Person person, AttemptSource source, Attempt attempt)
    {
        if (attempt.LocksUntil is { } end)
        {
            var detail = string.Create(CultureInfo.InvariantCulture, $"{(source.IsKnownDevice ? "a known device" : source.Name)} until {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
            await audit.WriteAsync(context.ToActor(), "account.locked", person.Email, detail, CancellationToken.None);
        }
    }
}
