using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

public sealed partial class ApiKeyTests(Studio studio) : IClassFixture<Studio>
{
    [Fact]
    public async Task Key_MadeOnThePage_IsShownOnceAndNotKept()
    {
        var person = await studio.PersonAsync("keys@example.com", PersonRoles.Member);
        using var browser = studio.Browser(person.Cookie);
        using var made = await browser.SendFormAsync("/account/keys", "new-key", ("New.Name", "my script"), ("New.Scopes", "read"), ("New.Days", "30"));
        var key = Key().Match(await made.TextAsync()).Value;
        var again = await browser.GetStringAsync("/account/keys", TestContext.Current.CancellationToken);

        Assert.Equal(46, key.Length);
        Assert.True(made.Headers.CacheControl?.NoStore);
        Assert.DoesNotContain(key, again, StringComparison.Ordinal);
        Assert.Contains("my script", again, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(studio.DataFolder, "promptcanvas.db*"))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(open, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(key, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        using var program = ClientWith(key);
        using var read = await program.GetAsync("/api/jobs", TestContext.Current.CancellationToken);
        using var write = await program.PostJobAsync(new { kind = "generate", prompt = "a cube", count = 1, size = 64 });
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, write.StatusCode);
    }

    [Fact]
    public async Task Key_Revoked_IsRefusedAtOnce()
    {
        var person = await studio.PersonAsync("revoking@example.com", PersonRoles.Member);
        using var program = studio.ClientOf(person);
        using var before = await program.GetAsync("/api/jobs", TestContext.Current.CancellationToken);
        var keys = studio.Services.GetRequiredService<ApiKeys>();
        var row = Assert.Single(await keys.ListAsync(person.Id, TestContext.Current.CancellationToken));
        using var browser = studio.Browser(person.Cookie);
        using var revoked = await browser.SendFormAsync("/account/keys", $"revoke-{row.Id}");
        using var after = await program.GetAsync("/api/jobs", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        Assert.Equal("Bearer", after.Headers.WwwAuthenticate.ToString());
        Assert.Equal("application/problem+json", after.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Key_OfAnotherPerson_CannotBeRevoked()
    {
        var owner = await studio.PersonAsync("key-owner@example.com", PersonRoles.Member);
        var other = await studio.PersonAsync("key-other@example.com", PersonRoles.Member);
        var keys = studio.Services.GetRequiredService<ApiKeys>();
        var row = Assert.Single(await keys.ListAsync(owner.Id, TestContext.Current.CancellationToken));

        Assert.False(await keys.RevokeAsync(other.Id, row.Id, TestContext.Current.CancellationToken));
        Assert.Single(await keys.ListAsync(owner.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Key_PastItsEnd_IsRefused()
    {
        var person = await studio.PersonAsync("ended@example.com", PersonRoles.Member);
        var made = await studio.Services.GetRequiredService<ApiKeys>()
            .CreateAsync(person.Id, "old", ApiScopes.All, DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
        using var program = ClientWith(made.Key);
        using var answer = await program.GetAsync("/api/jobs", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("/api/jobs?access_token={0}")]
    [InlineData("/api/jobs?api_key={0}")]
    [InlineData("/hubs/generation?access_token={0}")]
    public async Task Key_InAnAddress_IsRefused(string path)
    {
        using var stranger = studio.ClientOf(null);
        using var answer = await stranger.GetAsync(
            string.Format(System.Globalization.CultureInfo.InvariantCulture, path, studio.Administrator.Key), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Key_OpensNoPage()
    {
        using var program = ClientWith(studio.Administrator.Key);
        using var answer = await program.GetAsync("/account/keys", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Key_Used_IsNoted()
    {
        var person = await studio.PersonAsync("noted@example.com", PersonRoles.Member);
        using var program = studio.ClientOf(person);
        using var answer = await program.GetAsync("/api/jobs", TestContext.Current.CancellationToken);

        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.NotNull((await database.ApiKeys.SingleAsync(key => key.PersonId == person.Id, TestContext.Current.CancellationToken)).LastUsedAt);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    public async Task Write_WithACookieAlone_IsRefused(string contentType)
    {
        using var browser = studio.Browser(studio.Administrator.Cookie);
        using var content = new StringContent("""{ "kind": "generate", "prompt": "a cube" }""");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var answer = await browser.PostAsync("/api/jobs", content, TestContext.Current.CancellationToken);

        Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType]);
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.False(await database.Jobs.AnyAsync(job => job.Prompt == "a cube" && job.Count == 4, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Delete_WithACookieAlone_IsRefused()
    {
        using var browser = studio.Browser(studio.Administrator.Cookie);
        using var answer = await browser.DeleteAsync($"/api/jobs/{Guid.NewGuid()}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private HttpClient ClientWith(string key)
    {
        var client = studio.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    [GeneratedRegex("pc_[A-Za-z0-9_-]{43}")]
    private static partial Regex Key();
}
