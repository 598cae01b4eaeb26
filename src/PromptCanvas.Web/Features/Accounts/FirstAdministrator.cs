using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Creates the first administrator of an installation: from the environment, or by a set-up link that is printed on the console only.
/// There is no default password, and reaching the address first is not enough.</summary>
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

    /// <summary>Creates the administrator that the environment names; otherwise creates the set-up token.</summary>
    /// <returns>The token; null when an administrator exists.</returns>
    /// <exception cref="StartupException">The environment names an administrator that cannot be created.</exception>
    public async Task<string?> PrepareAsync(CancellationToken cancellationToken)
    {
        File.Delete(TokenFile);
        if (!await IsMissingAsync(cancellationToken))
        {
            return null;
        }

        if (SecretSetting.Read(configuration, EmailSetting) is { Length: > 0 } email && SecretSetting.Read(configuration, PasswordSetting) is { Length: > 0 } password)
        {
            await MakeFromEnvironmentAsync(email, password, cancellationToken);
            return null;
        }

        var token = SecretToken.Create();
        tokenHash = SecretToken.HashOf(token);
        await WriteTokenAsync(token, cancellationToken);
        return token;
    }

    /// <summary>Whether the installation has no administrator yet.</summary>
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

    /// <summary>Creates the first administrator if the token matches. Of several concurrent calls only one succeeds.</summary>
    public async Task<Result<Person>> MakeAsync(string? token, string email, string password, CancellationToken cancellationToken)
    {
        await making.WaitAsync(cancellationToken);
        try
        {
            if (!Knows(token) || !await IsMissingAsync(cancellationToken))
            {
                return new Forbidden("This set-up link is no longer valid.");
            }

            await using var scope = scopes.CreateAsyncScope();
            var outcome = await scope.ServiceProvider.GetRequiredService<Data.Identity.Accounts>().CreateAsync(email, PersonRoles.Administrator, password);
            if (outcome.Refusal is null)
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

    private async Task MakeFromEnvironmentAsync(string email, string password, CancellationToken cancellationToken)
    {
        if (await TryMakeAsync(email, password) is { } refusal)
        {
            // Another node that starts at the same time may have been first.
            if (await IsMissingAsync(cancellationToken))
            {
                throw new StartupException($"The first administrator could not be created from {EmailSetting}: {refusal}");
            }

            return;
        }

        exists = true;
        if (password.Length < AdvisedLength || CommonPasswords.Contains(password))
        {
            log.LogWarning(
                "{Setting} is shorter than {Length} characters or a common password; the account page would reject it. Change it there",
                PasswordSetting, AdvisedLength);
        }
    }

    /// <returns>Why it could not be made; null if it was.</returns>
    private async Task<string?> TryMakeAsync(string email, string password)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            var accounts = scope.ServiceProvider.GetRequiredService<Data.Identity.Accounts>();
            return (await accounts.CreateAsync(email, PersonRoles.Administrator, password, trusted: true)).Refusal?.Message;
        }
        catch (DbUpdateException fault)
        {
            return fault.GetBaseException().Message;
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
