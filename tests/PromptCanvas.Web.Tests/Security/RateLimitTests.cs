using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>The rate limits at their default values.</summary>
public sealed class RateLimitTests : IAsyncDisposable
{
    private readonly Studio studio = new()
    {
        Settings =
        {
            ["RateLimits:SignInPerMinute"] = "10",
            ["RateLimits:WritesPerMinute"] = "60",
            ["RateLimits:WritesPerSecond"] = "1000",
            ["TrustedProxies"] = "",
        },
    };

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task SignIn_ElevenTimesInAMinute_IsTooOften()
    {
        using var browser = studio.Browser();
        var answers = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 14; attempt++)
        {
            // A client could claim another address each time; the header must be ignored.
            browser.DefaultRequestHeaders.Remove("X-Forwarded-For");
            browser.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.{attempt}");
            using var answer = await browser.SignInAsync("unknown@example.com", "not the right password");
            answers.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            }
        }

        // An attempt is refilled every six seconds, which matters on a slow machine.
        Assert.All(answers.Take(10), answer => Assert.Equal(HttpStatusCode.OK, answer));
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
    }

    [Fact]
    public async Task Api_MoreThanSixtyWritesInAMinute_IsTooOften_AndReadingGoesOn()
    {
        using var program = studio.ClientOf(studio.Administrator);
        var refused = 0;
        for (var number = 0; number < 90 && refused == 0; number++)
        {
            using var answer = await program.DeleteAsync($"/api/jobs/{Guid.NewGuid()}", TestContext.Current.CancellationToken);
            Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.TooManyRequests]);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                refused++;
                Assert.True(number >= 60, $"The write number {number} was refused.");
                Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            }
        }

        using var read = await program.GetAsync("/api/jobs", TestContext.Current.CancellationToken);
        Assert.Equal(1, refused);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
    }

    [Theory]
    [InlineData("/s/unknown/data")]
    [InlineData("/s/unknown")]
    [InlineData("/v1/images/content/unknown.png")]
    public async Task PublicAddress_MoreThanTheLimit_IsTooOften(string path)
    {
        studio.Settings["RateLimits:LinksPerMinute"] = "3";
        using var stranger = studio.ClientOf(null);
        var answers = new List<HttpStatusCode>();
        for (var request = 0; request < 30; request++)
        {
            using var answer = await stranger.GetAsync(path, TestContext.Current.CancellationToken);
            answers.Add(answer.StatusCode);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound || answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        Assert.All(answers.Take(3), answer => Assert.Equal(HttpStatusCode.NotFound, answer));
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
    }

    [Fact]
    public async Task Refusals_OfOneMinute_AreAFewRowsAndOneThatCountsTheRest()
    {
        studio.Settings["RateLimits:AuditedRefusalsPerMinute"] = "3";
        var member = await studio.PersonAsync("curious@example.com", PersonRoles.Member);
        using var curious = studio.Browser(member.Cookie);
        for (var request = 0; request < 10; request++)
        {
            using var refused = await curious.GetAsync("/admin/people", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }

        await studio.Services.GetRequiredService<RefusalAudit>().FlushAsync(all: true, TestContext.Current.CancellationToken);
        var rows = (await studio.Services.GetRequiredService<AuditLog>().ReadAsync(0, 100, TestContext.Current.CancellationToken))
            .Where(entry => entry.Action == "access.refused").ToList();

        Assert.Equal(4, rows.Count);
        Assert.Equal("7 further refused requests within a minute", rows[0].Detail);
        Assert.All(rows, row => Assert.Equal(member.Id, row.PersonId));
    }
}
