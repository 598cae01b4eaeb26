using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Features.OpenAi;
using PromptCanvas.Web.Security;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>Automatic retries, expiring URLs, and queues that are too long.</summary>
public sealed class RetryTests : IAsyncDisposable
{
    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Retry_OfAnEdit_IsKnownByItsPixelsWhateverItsBoundary()
    {
        using var client = studio.CreateClient();
        using var first = await EditAsync(client, retries: 0);
        await LoseAnswersAsync();
        using var again = await EditAsync(client, retries: 2);

        Assert.Equal((await first.DataAsync())[0].GetProperty("b64_json").GetString(), (await again.DataAsync())[0].GetProperty("b64_json").GetString());
        Assert.Equal(1, await client.UsedAsync());
    }

    [Fact]
    public async Task Retry_WithAnotherBodyOrKey_IsAnotherRequest()
    {
        using var client = studio.CreateClient();
        await BytesAsync(client, retries: 0);
        await LoseAnswersAsync();
        await BytesAsync(client, retries: 1, prompt: "a cone");
        using var other = studio.ClientOf(await studio.PersonAsync("other@example.com", PromptCanvas.Data.People.PersonRoles.Member));
        await BytesAsync(other, retries: 1);

        Assert.Equal((2, 1), (await client.UsedAsync(), await other.UsedAsync()));

        // The same client can still retrieve the first one.
        await BytesAsync(client, retries: 1);
        Assert.Equal(2, await client.UsedAsync());
    }

    [Fact]
    public async Task IdempotencyKey_SentByAClient_IsHonoured()
    {
        using var client = studio.CreateClient();
        var first = await BytesAsync(client, retries: 0, key: "mine");

        Assert.Equal(first, await BytesAsync(client, retries: 0, key: "mine"));
        Assert.Equal(1, await client.UsedAsync());
    }

    [Fact]
    public async Task Queue_LongerThanAClientWaits_IsRefusedAtOnceWithTheTime()
    {
        studio.Settings["OpenAi:Patience"] = "00:00:01";
        studio.Settings["Generation:ForecastInterval"] = "00:00:00";
        using var client = studio.CreateClient();
        await BytesAsync(client, retries: 0);
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        studio.Engine.Gate.Reset();

        // Each picture took 0.1 s, so that sixty take six seconds.
        for (var job = 0; job < 6; job++)
        {
            await client.StartJobAsync(count: 10, size: 256);
        }

        using var response = await client.GenerateAsync(new { prompt = "too late", size = "256x256" });

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 10);
        Assert.Equal("rate_limit_exceeded", (await response.FaultAsync()).GetProperty("code").GetString());
        Assert.Equal(61, await client.UsedAsync());

        // No charge and refund: nothing was written at all.
        Assert.False(await database.Jobs.AnyAsync(row => row.Prompt == "too late", Cancellation));
        Assert.False(await database.Ledger.AnyAsync(line => line.Kind == LedgerKinds.Refund, Cancellation));

        // Streaming requests may wait longer.
        using var request = new HttpRequestMessage(HttpMethod.Post, OpenAiCalls.Generations) { Content = JsonContent.Create(new { prompt = "in time", size = "256x256", stream = true }) };
        using var streamed = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, streamed.StatusCode);
        studio.Engine.Gate.Set();
    }

    [Theory]
    [InlineData(59, HttpStatusCode.OK)]
    [InlineData(60, HttpStatusCode.Gone)]
    public async Task Address_LivesForAnHour(int minutes, HttpStatusCode expected)
    {
        using var client = studio.CreateClient();
        var picture = await client.FinishedPictureAsync();
        var then = new FakeTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(minutes));
        var signed = new SignedPictures(
            studio.Services.GetRequiredService<IDataProtectionProvider>(), studio.Services.GetRequiredService<IOptions<OpenAiOptions>>(), then);
        using var fetched = await client.GetAsync($"/v1/images/content/{signed.Sign(picture, studio.Administrator.Id, PictureFormat.Png, 100)}", Cancellation);

        Assert.Equal(expected, fetched.StatusCode);
        if (expected == HttpStatusCode.OK)
        {
            // An <img> on another site may show it.
            Assert.Equal("cross-origin", Assert.Single(fetched.Headers.GetValues("Cross-Origin-Resource-Policy")));
        }

        if (expected == HttpStatusCode.Gone)
        {
            await fetched.FaultAsync();
        }
    }

    [Theory]
    [InlineData("in the trash")]
    [InlineData("taken down")]
    [InlineData("suspended")]
    public async Task Address_OfAPictureThatIsNotToBeSeen_IsNotFound(string why)
    {
        var owner = await studio.PersonAsync("owner@example.com", PromptCanvas.Data.People.PersonRoles.Member);
        using var client = studio.ClientOf(owner);
        var picture = await client.FinishedPictureAsync();
        var address = $"/v1/images/content/{studio.Services.GetRequiredService<SignedPictures>().Sign(picture, owner.Id, PictureFormat.Jpeg, 80)}";
        using var stranger = studio.ClientOf(null);
        using var before = await stranger.GetAsync(address, Cancellation);
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        var (past, row) = (TimeProvider.System.GetUtcNow().AddSeconds(-1), database.Pictures.Where(image => image.Id == picture));
        await (why switch
        {
            "in the trash" => row.ExecuteUpdateAsync(change => change.SetProperty(image => image.DeletedAt, past), Cancellation),
            "taken down" => row.ExecuteUpdateAsync(change => change.SetProperty(image => image.TakenDownAt, past), Cancellation),
            _ => database.People.Where(person => person.Id == owner.Id).ExecuteUpdateAsync(change => change.SetProperty(person => person.SuspendedAt, past), Cancellation),
        });

        using var after = await stranger.GetAsync(address, Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (before.StatusCode, after.StatusCode));
        Assert.Equal("image/jpeg", before.Content.Headers.ContentType?.MediaType);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(studio.DataFolder, "cache", "pictures"), "*-80.jpeg"));
    }

    [Fact]
    public async Task RateLimit_Reached_IsTheErrorObjectWithTheWait()
    {
        studio.Settings["RateLimits:WritesPerMinute"] = "2";
        using var client = studio.CreateClient();
        for (var request = 0; request < 2; request++)
        {
            using var good = await client.GenerateAsync(new { prompt = "a cube", size = "256x256" });
            Assert.Equal(1 - request, int.Parse(good.Headers.GetValues("x-ratelimit-remaining-requests").Single(), System.Globalization.CultureInfo.InvariantCulture));
        }

        using var response = await client.GenerateAsync(new { prompt = "a cube", size = "256x256" });

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        var error = await response.FaultAsync();
        Assert.Equal(("requests", "rate_limit_exceeded"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task RateLimit_OfAPictureThatTakesLong_IsAsItWasWhenTheRequestCame()
    {
        studio.Settings["RateLimits:WritesPerMinute"] = "60";
        using var client = studio.CreateClient();
        studio.Engine.Gate.Reset();
        var waiting = client.GenerateAsync(new { prompt = "a cube", size = "256x256" });
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        while (!await database.Jobs.AnyAsync(Cancellation))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancellation);
        }

        // The allowance refills by one per second and is full again before the picture is finished.
        var limits = studio.Services.GetRequiredService<RateLimits>();
        var write = new DefaultHttpContext { User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, studio.Administrator.Id.ToString())])) };
        (write.Request.Method, write.Request.Path) = ("POST", OpenAiCalls.Generations);
        while (limits.StatusOf(write)?.Remaining < 60)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancellation);
        }

        studio.Engine.Gate.Set();
        using var response = await waiting;
        Assert.Equal("59", Assert.Single(response.Headers.GetValues("x-ratelimit-remaining-requests")));
    }

    // Marks responses as not delivered; AskAgainTests aborts connections and ends processes instead.
    private async Task LoseAnswersAsync()
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        await database.Jobs.ExecuteUpdateAsync(change => change.SetProperty(job => job.AnsweredAt, (DateTimeOffset?)null), Cancellation);
    }

    private static async Task<string?> BytesAsync(HttpClient client, int retries, string prompt = "a cube", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, OpenAiCalls.Generations)
        {
            Content = JsonContent.Create(new { prompt, size = "256x256", response_format = "b64_json" }),
        };
        request.Headers.Add("x-stainless-retry-count", $"{retries}");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await client.SendAsync(request, Cancellation);
        return Assert.Single(await response.DataAsync()).GetProperty("b64_json").GetString();
    }

    private static Task<HttpResponseMessage> EditAsync(HttpClient client, int retries)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, OpenAiCalls.Edits)
        {
            Content = OpenAiCalls.Form(("image", OpenAiCalls.Transparent(64)), ("prompt", "a cube"), ("size", "256x256"), ("response_format", "b64_json")),
        };
        request.Headers.Add("x-stainless-retry-count", $"{retries}");
        return client.SendAsync(request, Cancellation);
    }
}
