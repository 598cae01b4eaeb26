using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Cli.Maintenance;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>users add EMAIL</c>: creates an account and prints the link to set its password.</summary>
internal static class UsersCommand
{
    private const string KeyName = "command line";
    private static readonly AuditActor CommandLine = new(null, "command line", null);

    public static Command Create()
    {
        var email = new Argument<string>("EMAIL") { Description = "The person's e-mail address." };
        var role = new Option<string>("--role") { Description = "administrator, member or viewer.", DefaultValueFactory = _ => PersonRoles.Member, HelpName = "ROLE" };
        var credits = new Option<int?>("--credits") { Description = "Credits per period. Default: the role's.", HelpName = "N" };
        var key = new Option<bool>("--api-key") { Description = "Also create an API key with every scope, and print it once." };
        var add = new Command("add", "Creates an account and prints an invitation link.") { email, role, credits, key };
        add.SetAction((parsed, cancellationToken) => AddAsync(
            parsed.GetRequiredValue(email), parsed.GetRequiredValue(role), parsed.GetValue(credits), parsed.GetValue(key), cancellationToken));
        return new Command("users", "Manages accounts.") { add };
    }

    private static async Task<int> AddAsync(string email, string role, int? credits, bool key, CancellationToken cancellationToken)
    {
        if (credits is < 0)
        {
            throw new BadInputException($"{credits} is not a number of credits: use 0 or more, or omit --credits for the default.");
        }

        using var installation = await Installation.OpenOrCreateAsync(cancellationToken).ConfigureAwait(false);
        await using var scope = installation.Services.CreateAsyncScope();
        var invited = await scope.ServiceProvider.GetRequiredService<Accounts>().InviteAsync(email, role).ConfigureAwait(false);
        if (!invited.TryGet(out var invitation, out var refused))
        {
            throw new BadInputException(refused.Message);
        }

        var person = invitation.Person;

        if (credits is not null)
        {
            var given = await installation.Services.GetRequiredService<ICredits>()
                .SetLimitsAsync(person.Id, new PersonLimits(credits), cancellationToken).ConfigureAwait(false);
            if (!given.TryGet(out _, out var refusal))
            {
                throw new BadInputException(refusal.Message);
            }
        }

        await installation.Services.GetRequiredService<AuditLog>()
            .WriteAsync(CommandLine, "people.invite", person.Email, role, cancellationToken).ConfigureAwait(false);
        await Console.Out.WriteLineAsync($"{installation.Address}/join?token={invitation.Token}").ConfigureAwait(false);
        if (key)
        {
            var made = await installation.Services.GetRequiredService<ApiKeys>()
                .CreateAsync(person.Id, KeyName, ApiScopes.All, null, cancellationToken).ConfigureAwait(false);
            await Console.Out.WriteLineAsync(made.Key).ConfigureAwait(false);
        }

        return ExitCodes.Success;
    }
}
