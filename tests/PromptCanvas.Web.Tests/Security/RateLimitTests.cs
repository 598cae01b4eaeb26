using System.Net;

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
}
