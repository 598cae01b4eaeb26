using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>A person in a test, with all credentials.</summary>
/// <param name="Key">An API key with every scope.</param>
/// <param name="Cookie">A session cookie: name=value.</param>
public sealed record SomebodyInTest(Guid Id, string Email, string Key, string Cookie)
{
    /// <summary>Adds the credentials to a client: the key for API paths, the cookie for pages.</summary>
    public void Dress(HttpClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        client.DefaultRequestHeaders.Add("Cookie", Cookie);
    }
}

/// <summary>Creates people directly, without forms.</summary>
public static class StudioPeople
{
    public static async Task<SomebodyInTest> PersonAsync(this IServiceProvider services, string email, string role)
    {
        await using var scope = services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AppDbContext>();
        var person = await database.People.SingleOrDefaultAsync(row => row.Email == email);
        if (person is null && !(await scope.ServiceProvider.GetRequiredService<Accounts>().CreateAsync(email, role, Studio.Password)).TryGet(out person, out var refusal))
        {
            throw new InvalidOperationException($"{email} could not be made: {refusal.Message}");
        }

        var key = await services.GetRequiredService<ApiKeys>().CreateAsync(person.Id, "test", ApiScopes.All, null, CancellationToken.None);
        var principal = await scope.ServiceProvider.GetRequiredService<IUserClaimsPrincipalFactory<Person>>().CreateAsync(person);
        var cookie = services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(IdentityConstants.ApplicationScheme);
        var session = new AuthenticationProperties();
        services.GetRequiredService<SessionProof>().Begin(session);
        var ticket = cookie.TicketDataFormat.Protect(new AuthenticationTicket(principal, session, IdentityConstants.ApplicationScheme));
        return new SomebodyInTest(person.Id, email, key.Key, $"{cookie.Cookie.Name}={ticket}");
    }

    /// <summary>Records a schema change in the database that this version does not know.</summary>
    public static async Task ChangeSchemaAsync(this Studio studio)
    {
        ArgumentNullException.ThrowIfNull(studio);
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        await database.Database.ExecuteSqlRawAsync("""INSERT INTO "__EFMigrationsHistory" VALUES ('99990101000000_Newer', '10.0.0')""");
    }
}
