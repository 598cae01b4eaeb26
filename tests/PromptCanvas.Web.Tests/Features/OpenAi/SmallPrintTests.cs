using System.Net;
using System.Net.Http.Headers;
using System.Text;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>What clients stumble over: wrong base addresses, pages of other sites, bodies that are too large, requests that can never be in time.</summary>
public sealed class SmallPrintTests : IAsyncDisposable
{
    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Theory]
    [InlineData("POST", "//v1/images/generations", null)]
    [InlineData("POST", "/v1//images/generations", null)]
    [InlineData("POST", "/images/generations", null)]
    [InlineData("POST", "/images/edits", "sk-somebody")]
    [InlineData("GET", "/models", null)]
    [InlineData("POST", "/", null)]
    public async Task Address_OutsideTheApi_WithAKey_IsAnErrorThatNamesTheRightOne(string method, string path, string? key)
    {
        using var client = studio.ClientOf(null);
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://localhost{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key ?? studio.Administrator.Key);
        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var error = await response.FaultAsync();
        Assert.Equal("unknown_url", error.GetProperty("code").GetString());
        Assert.Contains("The base address of this API is http://localhost/v1;", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_BehindAProxyThatSignsIn_IsStillThePage()
    {
        using var client = studio.ClientOf(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "eyJhbGciOiJIUzI1NiJ9.e30.x");
        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OtherSite_MayCallWithAKey_UnlessItIsSwitchedOff(bool allowed)
    {
        studio.Settings["OpenAi:CrossOrigin"] = allowed ? "true" : "false";
        using var client = studio.ClientOf(null);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, OpenAiCalls.Generations);
        preflight.Headers.Add("Origin", "https://playground.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,x-stainless-retry-count");
        using var asked = await client.SendAsync(preflight, Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, OpenAiCalls.Generations) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Origin", "https://playground.example");
        using var response = await client.SendAsync(request, Cancellation);

        if (!allowed)
        {
            Assert.False(asked.Headers.Contains("Access-Control-Allow-Origin") || response.Headers.Contains("Access-Control-Allow-Origin"));
            return;
        }

        Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
        Assert.Equal("*", Assert.Single(asked.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("authorization", Assert.Single(asked.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.Ordinal);
        Assert.Contains("POST", Assert.Single(asked.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);

        // Errors, too, must be readable for the script.
        Assert.Equal((HttpStatusCode.Unauthorized, "*"), (response.StatusCode, Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin"))));
        Assert.Contains("x-request-id", Assert.Single(response.Headers.GetValues("Access-Control-Expose-Headers")), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task OtherSite_OutsideTheOpenAiApi_IsNotAllowed()
    {
        using var client = studio.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/jobs");
        request.Headers.Add("Origin", "https://playground.example");
        using var response = await client.SendAsync(request, Cancellation);

        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Requests_RefusedTogether_AreToldDifferentTimes()
    {
        studio.Settings["RateLimits:WritesPerMinute"] = "1";
        using var client = studio.CreateClient();
        using var first = await client.GenerateAsync(new { prompt = "a cube", size = "256x256" });
        var refused = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => client.GenerateAsync(new { prompt = "a cube", size = "256x256" })));

        Assert.All(refused, response => Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode));
        Assert.InRange(refused.Select(response => response.Headers.RetryAfter!.Delta!.Value).Distinct().Count(), 11, 12);
        Array.ForEach(refused, response => response.Dispose());
    }

    [Theory]
    [InlineData(false, HttpStatusCode.BadRequest)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task Request_ThatAloneTakesTooLong_IsNotToBeRepeated(bool streams, HttpStatusCode expected)
    {
        studio.Settings["OpenAi:Patience"] = "00:00:05";
        studio.Engine.SecondsPerPicture = 2;
        using var client = studio.CreateClient();
        using var measured = await client.GenerateAsync(new { prompt = "a cube", size = "256x256" });
        using var response = await client.GenerateAsync(new { prompt = "a cube", size = "256x256", n = 3, stream = streams });

        Assert.Equal(expected, response.StatusCode);
        if (!streams)
        {
            var error = await response.FaultAsync();
            Assert.Equal("request_too_long", error.GetProperty("code").GetString());
            Assert.Contains("ask for fewer or smaller pictures", error.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal("false", Assert.Single(response.Headers.GetValues("x-should-retry")));
            Assert.Equal(1, await client.UsedAsync());
        }
    }
}
