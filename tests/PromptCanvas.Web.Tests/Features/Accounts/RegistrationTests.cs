using System.Net;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Accounts;

/// <summary>Who may create an account: everyone, invited people, or no one.</summary>
public sealed class RegistrationTests
{
    private const string Newcomer = "newcomer@example.com";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_EveryVisitor_CanRegisterAsMember()
    {
        await using var studio = In("Open");
        using var browser = studio.Browser();
        Assert.Contains("href=\"register\"", await browser.GetStringAsync("/sign-in", Cancellation), StringComparison.Ordinal);

        using var poor = await RegisterAsync(browser, "too short");
        using var made = await RegisterAsync(browser, Studio.Password);
        using var page = await browser.GetAsync("/gallery", Cancellation);
        using var settings = await browser.GetAsync("/admin/settings", Cancellation);

        Assert.Equal(HttpStatusCode.OK, poor.StatusCode);
        Assert.Equal(HttpStatusCode.Found, made.StatusCode);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, settings.StatusCode);
        Assert.Equal(PersonRoles.Member, await RoleAsync(studio));
    }

    [Theory]
    [InlineData("Invite")]
    [InlineData("Closed")]
    public async Task NotOpen_EveryVisitor_IsRefused(string mode)
    {
        await using var studio = In(mode);
        using var browser = studio.Browser();
        Assert.DoesNotContain("/register", await browser.GetStringAsync("/sign-in", Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain("<form", await browser.GetStringAsync("/register", Cancellation), StringComparison.Ordinal);

        // The token of another form, as an attacker could get it.
        var token = PageForms.TokenOf(await browser.GetStringAsync("/sign-in", Cancellation));
        using var sent = await browser.PostFieldsAsync(
            "/register", ("_handler", "register"), ("__RequestVerificationToken", token), ("Form.Email", Newcomer), ("Form.Password", Studio.Password));

        Assert.NotEqual(HttpStatusCode.Found, sent.StatusCode);
        Assert.Null(await RoleAsync(studio));
    }

    [Fact]
    public async Task Closed_AdministratorsCannotInvite_AndMembersSignIn()
    {
        await using var studio = In("Closed");
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var refused = await administrator.SendFormAsync("/admin/people", "invite", ("Invitation.Email", Newcomer), ("Invitation.Role", PersonRoles.Member));
        using var browser = studio.Browser();
        using var signedIn = await browser.SignInAsync(Studio.AdministratorEmail, Studio.Password);

        Assert.DoesNotContain("/join?token=", await refused.TextAsync(), StringComparison.Ordinal);
        Assert.Contains("promptcanvas users add", await administrator.GetStringAsync("/admin/people", Cancellation), StringComparison.Ordinal);
        Assert.Null(await RoleAsync(studio));
        Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);
    }

    private static Studio In(string mode) => new() { Settings = { ["Registration:Mode"] = mode } };

    private static Task<HttpResponseMessage> RegisterAsync(HttpClient browser, string password) =>
        browser.SendFormAsync("/register", "register", ("Form.Email", Newcomer), ("Form.Password", password));

    private static async Task<string?> RoleAsync(Studio studio)
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        return await database.People.Where(person => person.Email == Newcomer).Select(person => person.Role).SingleOrDefaultAsync(Cancellation);
    }
}
