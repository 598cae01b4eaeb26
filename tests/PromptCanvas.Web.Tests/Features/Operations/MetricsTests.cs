using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Operations;

/// <summary>Metrics are per process, so no other studio may run in parallel with these tests.</summary>
[CollectionDefinition(nameof(OneStudioInTheProcess), DisableParallelization = true)]
public sealed class OneStudioInTheProcess;

[Collection(nameof(OneStudioInTheProcess))]
public sealed partial class MetricsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Studio studio = new();

    public ValueTask InitializeAsync()
    {
        studio.UseKestrel(0);
        studio.StartServer();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Metrics_AfterAJob_CountItsPicturesStagesAndCredits()
    {
        using var client = Client(await studio.PersonAsync("measured@example.com", PersonRoles.Member));
        await client.EndOfJobAsync(await client.StartJobAsync(count: 3));
        var text = await MetricsAsync(text => Value(text, "promptcanvas_pictures_total", "size=\"64\"") == 3);

        Assert.Equal(1, Value(text, "promptcanvas_jobs_finished_total", "state=\"done\""));
        Assert.Equal(3, Value(text, "promptcanvas_stage_duration_seconds_count", "stage=\"decoder\""));
        Assert.Equal(3, Value(text, "promptcanvas_credits_total", "kind=\"charge\""));
        Assert.Equal(0, Value(text, "promptcanvas_credits_total", "kind=\"refund\""));
        Assert.Equal(1, Value(text, "promptcanvas_job_wait_seconds_count", "model=\"starter\""));
        Assert.NotNull(Value(text, "http_server_request_duration_seconds_count", "http_route=\"/api/jobs\""));
        Assert.Equal(1, Value(text, "promptcanvas_nodes", "state=\"working\""));
        Assert.Equal(0, Value(text, "promptcanvas_nodes", "state=\"silent\""));
        Assert.DoesNotContain("measured", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_OfAQueueThatWaits_SayHowManyAndHowLong()
    {
        var queue = studio.Services.GetRequiredService<IQueueAdmin>();
        await queue.PauseAsync("a test", null, TestContext.Current.CancellationToken);
        using var client = Client(studio.Administrator);
        var asked = Stopwatch.StartNew();
        await client.StartJobAsync(count: 1);
        var text = await MetricsAsync(text => Value(text, "promptcanvas_queue_jobs", "state=\"queued\"") == 1);

        Assert.Equal(0, Value(text, "promptcanvas_queue_jobs", "state=\"running\""));
        Assert.Equal(1, Value(text, "promptcanvas_queue_paused", ""));
        Assert.InRange(Value(text, "promptcanvas_queue_oldest_seconds", "")!.Value, 0, asked.Elapsed.TotalSeconds);
    }

    [Fact]
    public async Task Metrics_OfAFaultInTheBackground_CountIt()
    {
        studio.Services.GetRequiredService<BackgroundFaults>().Report("Test", new InvalidOperationException("a test"));
        var text = await MetricsAsync(text => Value(text, "promptcanvas_background_faults_total", "service=\"Test\"") is not null);

        Assert.Equal(1, Value(text, "promptcanvas_background_faults_total", "service=\"Test\""));
        Assert.DoesNotContain("a test", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("LOCALHOST:5080", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]:5080", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.Unauthorized)]
    [InlineData("localhost.evil.example", HttpStatusCode.Unauthorized)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.Unauthorized)]
    public async Task Metrics_WithoutAKey_AnswerOnlyToTheNamesOfThisMachine(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Host = host } };
        using var client = Client(null);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        using var keyed = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Host = host } };
        using var administrator = Client(studio.Administrator);
        using var scraped = await administrator.SendAsync(keyed, TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, scraped.StatusCode);
        Assert.DoesNotContain(answer.Headers, header => header.Key == "Server");
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.9")]
    [InlineData("Forwarded", "for=203.0.113.9")]
    [InlineData("Via", "1.1 proxy")]
    public async Task Metrics_ThroughAProxyThatIsNotListed_AreNotForStrangers(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add(header, value);
        using var client = Client(null);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static double? Value(string text, string name, string label) =>
        Line().Matches(text).FirstOrDefault(line => line.Groups["name"].Value == name && line.Groups["labels"].Value.Contains(label, StringComparison.Ordinal)) is { } found
            ? double.Parse(found.Groups["value"].Value, System.Globalization.CultureInfo.InvariantCulture)
            : null;

    private HttpClient Client(SomebodyInTest? somebody)
    {
        var client = new HttpClient { BaseAddress = studio.ClientOptions.BaseAddress };
        somebody?.Dress(client);
        return client;
    }

    // An anonymous program on this machine, without a key.
    private async Task<string> MetricsAsync(Predicate<string> isThere)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        using var client = Client(null);
        while (true)
        {
            var text = await client.GetStringAsync("/metrics", timeout.Token);
            if (isThere(text))
            {
                return text;
            }

            await Task.Delay(100, timeout.Token);
        }
    }

    [GeneratedRegex(@"^(?<name>\w+)(?:\{(?<labels>[^}]*)\})? (?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Line();
}
