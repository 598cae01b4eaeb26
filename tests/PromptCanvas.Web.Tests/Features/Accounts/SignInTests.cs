using System.Net;

using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

public sealed class SignInTests(Studio studio) : IClassFixture<Studio>
{
    [Fact]
    public async Task SignIn_WithTheRightPassword_OpensThePageOneCameFrom()
    {
        using var browser = studio.Browser();
        using var refused = await browser.GetAsync("/gallery", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Found, refused.StatusCode);
        Assert.Equal("/sign-in?returnUrl=%2Fgallery", refused.Headers.Location?.PathAndQuery);

        using var accepted = await browser.SendFormAsync(
            "/sign-in?returnUrl=%2Fgallery", "sign-in", ("Form.Email", Studio.AdministratorEmail), ("Form.Password", Studio.Password));
        Assert.Equal(HttpStatusCode.Found, accepted.StatusCode);
        Assert.EndsWith("/gallery", accepted.Headers.Location?.ToString(), StringComparison.Ordinal);

        using var page = await browser.GetAsync("/gallery", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task SignIn_Cookie_IsForThisHostAndNotForScripts()
    {
        using var browser = studio.Browser();
        using var accepted = await browser.SignInAsync(Studio.AdministratorEmail, Studio.Password);

        var cookie = Assert.Single(accepted.Headers.GetValues("Set-Cookie"), value => value.StartsWith("promptcanvas=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SignIn_UnderTls_GivesASecureHostCookie()
    {
        using var browser = studio.Browser();
        browser.BaseAddress = new Uri("https://localhost");
        using var accepted = await browser.SignInAsync(Studio.AdministratorEmail, Studio.Password);

        var cookie = Assert.Single(accepted.Headers.GetValues("Set-Cookie"), value => value.StartsWith("__Host-promptcanvas=", StringComparison.Ordinal));
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/;", cookie, StringComparison.OrdinalIgnoreCase);
        using var page = await browser.GetAsync("/gallery", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    public async Task SignIn_ToAnotherSite_GoesHomeInstead(string returnUrl)
    {
        using var browser = studio.Browser();
        using var accepted = await browser.SendFormAsync(
            $"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}", "sign-in", ("Form.Email", Studio.AdministratorEmail), ("Form.Password", Studio.Password));

        Assert.Equal("http://localhost/", accepted.Headers.Location?.IsAbsoluteUri is true ? accepted.Headers.Location.ToString() : $"http://localhost{accepted.Headers.Location}");
    }

    [Fact]
    public async Task SignIn_UnknownPersonAndWrongPassword_GetTheSameAnswer()
    {
        await studio.PersonAsync("known@example.com", PersonRoles.Member);
        using var browser = studio.Browser();
        using var unknown = await browser.SignInAsync("unknown@example.com", "not the right password");
        using var wrong = await browser.SignInAsync("known@example.com", "not the right password");

        Assert.Equal(unknown.StatusCode, wrong.StatusCode);
        Assert.Equal(Problem(await unknown.TextAsync()), Problem(await wrong.TextAsync()));
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("wrong")]
    [InlineData("locked")]
    [InlineData("suspended")]
    [InlineData("invited")]
    public async Task SignIn_Refused_AlwaysComparesOnePassword(string who)
    {
        // Counts hash operations instead of measuring time, because response times depend on the machine.
        var hasher = new CountingHasher();
        await using var counted = new Studio { Change = services => services.Replace(ServiceDescriptor.Scoped<IPasswordHasher<Person>>(_ => hasher)) };
        _ = counted.Administrator;
        foreach (var kind in (string[])["wrong", "locked", "suspended", "invited"])
        {
            await counted.PersonAsync($"{kind}@example.com", PersonRoles.Member);
        }

        await using (var database = await counted.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            foreach (var person in await database.People.Where(row => row.Role == PersonRoles.Member).ToListAsync(TestContext.Current.CancellationToken))
            {
                if (person.Email == "locked@example.com")
                {
                    var now = TimeProvider.System.GetUtcNow();
                    database.SignInLocks.Add(new SignInLock { PersonId = person.Id, Source = SignInLock.Everywhere, LastFailureAt = now, LockedUntil = now.AddHours(1) });
                }

                person.SuspendedAt = person.Email == "suspended@example.com" ? DateTimeOffset.UnixEpoch : null;
                person.PasswordHash = person.Email == "invited@example.com" ? null : person.PasswordHash;
            }

            await database.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        using var browser = counted.Browser();
        var before = hasher.Compared;
        using var refused = await browser.SignInAsync($"{who}@example.com", "not the right password");

        Assert.Contains("password is wrong", Problem(await refused.TextAsync()), StringComparison.Ordinal);
        Assert.Equal(1, hasher.Compared - before);
    }

    [Fact]
    public async Task SignIn_SixthTry_IsLockedEvenWithTheRightPassword_AndTheNextLockIsLonger()
    {
        await studio.PersonAsync("locked@example.com", PersonRoles.Member);
        using var browser = studio.Browser();
        Assert.Equal(TimeSpan.FromMinutes(5), await LockAsync(browser));

        using var sixth = await browser.SignInAsync("locked@example.com", Studio.Password);
        Assert.Equal(HttpStatusCode.OK, sixth.StatusCode);
        Assert.Contains("password is wrong", Problem(await sixth.TextAsync()), StringComparison.Ordinal);

        await ChangeLocksAsync("locked@example.com", row => row.LockedUntil = null);
        Assert.Equal(TimeSpan.FromMinutes(10), await LockAsync(browser));
    }

    [Fact]
    public async Task SignIn_OfASuspendedPerson_IsRefused()
    {
        await studio.PersonAsync("suspended@example.com", PersonRoles.Member);
        await ChangeAsync("suspended@example.com", person => person.SuspendedAt = DateTimeOffset.UnixEpoch);
        using var browser = studio.Browser();
        using var refused = await browser.SignInAsync("suspended@example.com", Studio.Password);

        Assert.Contains("password is wrong", Problem(await refused.TextAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_WithoutTheFormsToken_IsRefused()
    {
        using var browser = studio.Browser();
        using var refused = await browser.PostFieldsAsync(
            "/sign-in", ("_handler", "sign-in"), ("Form.Email", Studio.AdministratorEmail), ("Form.Password", Studio.Password));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task SignOut_EndsTheSession()
    {
        using var browser = studio.Browser();
        await browser.SignInAsync(Studio.AdministratorEmail, Studio.Password);
        using var left = await browser.SendFormAsync("/account", "sign-out");
        using var page = await browser.GetAsync("/gallery", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Found, left.StatusCode);
        Assert.Equal(HttpStatusCode.Found, page.StatusCode);
    }

    [Fact]
    public async Task ChangePassword_KeepsThisSessionAndEndsTheOthers()
    {
        var person = await studio.PersonAsync("changing@example.com", PersonRoles.Member);
        using var here = studio.Browser(person.Cookie);
        using var elsewhere = studio.Browser(person.Cookie);
        using var changed = await here.SendFormAsync("/account", "password", ("Change.Current", Studio.Password), ("Change.New", "four other quiet words here"));
        using var stays = await here.GetAsync("/gallery", TestContext.Current.CancellationToken);
        using var ends = await elsewhere.GetAsync("/gallery", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Found, changed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, stays.StatusCode);
        Assert.Equal(HttpStatusCode.Found, ends.StatusCode);
    }

    private static string Problem(string page) => page.Split("class=\"form-problem\"")[1].Split('>')[1].Split('<')[0];

    private sealed class CountingHasher : IPasswordHasher<Person>
    {
        private readonly PasswordHasher<Person> inner = new(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = 1000 }));

        public int Compared { get; private set; }

        public string HashPassword(Person user, string password) => inner.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(Person user, string hashedPassword, string providedPassword)
        {
            Compared++;
            return inner.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }

    // Enters five wrong passwords and returns the lockout duration.
    private async Task<TimeSpan> LockAsync(HttpClient browser)
    {
        var before = TimeProvider.System.GetUtcNow();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            using var wrong = await browser.SignInAsync("locked@example.com", "not the right password");
        }

        var end = await ChangeLocksAsync("locked@example.com", _ => { }) ?? throw new InvalidOperationException("The account is not locked.");
        return TimeSpan.FromMinutes(Math.Floor((end - before).TotalMinutes));
    }

    private async Task<DateTimeOffset?> ChangeLocksAsync(string email, Action<SignInLock> change)
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        var person = await database.People.SingleAsync(row => row.Email == email, TestContext.Current.CancellationToken);
        var row = await database.SignInLocks.SingleAsync(row => row.PersonId == person.Id && row.Source != SignInLock.Everywhere, TestContext.Current.CancellationToken);
        var end = row.LockedUntil;
        change(row);
        await database.SaveChangesAsync(TestContext.Current.CancellationToken);
        return end;
    }

    private async Task ChangeAsync(string email, Action<Person> change)
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        var person = await database.People.SingleAsync(row => row.Email == email, TestContext.Current.CancellationToken);
        change(person);
        await database.SaveChangesAsync(TestContext.Current.CancellationToken);
    }
}
