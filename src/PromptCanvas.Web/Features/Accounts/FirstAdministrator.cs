using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>How an installation gets its first administrator: from the environment, or by a link that only whoever started the studio can read.
/// There is no default password, and being first at the address is not enough.</summary>
internal sealed class FirstAdministrator(
    IServiceScopeFactory scopes, IDbContextFactory<AppDbContext> databases, DataFolder folder, IConfiguration configuration, ILogger<FirstAdministrator> log)
    : IDisposable
{
    private const string EmailSetting = "PROMPTCANVAS_ADMIN_EMAIL";
    private const string PasswordSetting = "PROMPTCANVAS_ADMIN_PASSWORD";
    private const int AdvisedLength = 15;

    private readonly SemaphoreSlim making = new(1, 1);
    private volatile bool exists;
    private volatile string? tokenHash;

    private string TokenFile => Path.Combine(folder.Root, "setup-token");

    /// <summary>Makes the administrator that the environment names, or the token for whoever has the console.</summary>
    /// <returns>The token; null when there is an administrator.</returns>
    /// <exception cref="StartupException">The environment names an administrator that cannot be made.</exception>
    public async Task<string?> PrepareAsync(CancellationToken cancellationToken)
    {
        File.Delete(TokenFile);
        if (!await IsMissingAsync(cancellationToken))
        {
            return null;
        }

        if (Secret(EmailSetting) is { Length: > 0 } email && Secret(PasswordSetting) is { Length: > 0 } password)
        {
            await MakeFromEnvironmentAsync(email, password);
            return null;
        }

        var token = SecretToken.Create();
        tokenHash = SecretToken.HashOf(token);
        await WriteTokenAsync(token, cancellationToken);
        return token;
    }

    /// <summary>Whether nobody looks after this installation yet.</summary>
    public async ValueTask<bool> IsMissingAsync(CancellationToken cancellationToken)
    {
        if (!exists)
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            exists = await database.People.AnyAsync(person => person.Role == PersonRoles.Administrator, cancellationToken);
        }

        return !exists;
    }

    /// <summary>Whether this is the token of the set-up link.</summary>
    public bool Knows(string? token) => !string.IsNullOrEmpty(token) && tokenHash is { } hash && SecretToken.Matches(token, hash);

    /// <summary>Makes the first administrator for whoever has the token. Of several at the same time one is made.</summary>
    public async Task<AccountOutcome> MakeAsync(string? token, string email, string password, CancellationToken cancellationToken)
    {
        await making.WaitAsync(cancellationToken);
        try
        {
            if (!Knows(token) || !await IsMissingAsync(cancellationToken))
            {
                return new AccountOutcome(null, "This set-up link is not valid any more.");
            }

            await using var scope = scopes.CreateAsyncScope();
            var outcome = await scope.ServiceProvider.GetRequiredService<Data.People.Accounts>().CreateAsync(email, PersonRoles.Administrator, password);
            if (outcome.Done)
            {
                exists = true;
                tokenHash = null;
                File.Delete(TokenFile);
            }

            return outcome;
        }
        finally
        {
            making.Release();
        }
    }

    public void Dispose() => making.Dispose();

    // For containers: NAME_FILE points at a secret that is mounted.
    private string? Secret(string name) =>
        configuration[name] ?? (configuration[$"{name}_FILE"] is { Length: > 0 } file ? File.ReadAllText(file).Trim() : null);

    private async Task MakeFromEnvironmentAsync(string email, string password)
    {
        await using var scope = scopes.CreateAsyncScope();
        var outcome = await scope.ServiceProvider.GetRequiredService<Data.People.Accounts>()
            .CreateAsync(email, PersonRoles.Administrator, password, trusted: true);
        if (!outcome.Done)
        {
            throw new StartupException($"The first administrator could not be made from {EmailSetting}: {outcome.Refusal}");
        }

        exists = true;
        if (password.Length < AdvisedLength || CommonPasswords.Contains(password))
        {
            log.LogWarning(
                "{Setting} is shorter than {Length} characters or a common one: nobody could choose it in the studio. Change it on the account page",
                PasswordSetting, AdvisedLength);
        }
    }

    private async Task WriteTokenAsync(string token, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new StreamWriter(TokenFile, options);
        await file.WriteLineAsync(token.AsMemory(), cancellationToken);
    }
}
