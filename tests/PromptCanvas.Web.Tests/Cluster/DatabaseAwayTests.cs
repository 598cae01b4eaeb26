using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Npgsql;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>Answers while PostgreSQL is away: a sentence and a time to try again, in the form of each part.</summary>
public sealed class DatabaseAwayTests(AwayStudio away) : IClassFixture<AwayStudio>
{
    private const string Sentence = "The database is unavailable; try again in a moment.";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/v1/models")]
    [InlineData("POST", "/v1/images/generations")]
    public async Task OpenAi_IsUnavailable_InOpenAisForm(string method, string path)
    {
        using var answer = await SendAsync(method, path);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        var error = (await answer.ReadJsonAsync()).GetProperty("error");
        Assert.Equal((Sentence, "server_error", "server_is_overloaded"), (error.GetProperty("message").GetString(), error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("GET", "/api/jobs")]
    [InlineData("POST", "/api/jobs")]
    [InlineData("POST", "/api/uploads")]
    [InlineData("POST", "/mcp")]
    [InlineData("POST", "/hubs/generation/negotiate")]
    public async Task Api_IsUnavailable_AsAProblem(string method, string path)
    {
        using var answer = await SendAsync(method, path);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        var problem = await answer.ReadJsonAsync();
        Assert.Equal((Sentence, "unavailable"), (problem.GetProperty("detail").GetString(), problem.GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/gallery")]
    [InlineData("/account")]
    [InlineData("/account/passkeys")]
    [InlineData("/admin/machines")]
    public async Task Page_IsUnavailable_AndSaysSo(string path)
    {
        RequirePostgreSql();
        using var browser = away.Studio.Stranger(away.Studio.Administrator.Cookie);

        await AssertPageAsync(await browser.GetAsync(path, Cancellation));
    }

    [Fact]
    public async Task Styles_OfTheErrorPage_AreServedToASession()
    {
        RequirePostgreSql();
        using var browser = away.Studio.Stranger(away.Studio.Administrator.Cookie);

        using var answer = await browser.GetAsync("/css/studio.css", Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task SignIn_IsUnavailable_AndSaysSo()
    {
        RequirePostgreSql();

        await AssertPageAsync(await away.Stranger.PostFieldsAsync(
            "/sign-in", ("_handler", "sign-in"), ("__RequestVerificationToken", away.Token), ("Form.Email", Studio.AdministratorEmail), ("Form.Password", Studio.Password)));
    }

    [Fact]
    public async Task Log_SaysWhatIsRefusedAndWhatWaits_WithoutAStackTrace()
    {
        await SendAsync("GET", "/api/jobs");
        await SendAsync("GET", "/v1/models");
        using var browser = away.Studio.Stranger(away.Studio.Administrator.Cookie);
        await AssertPageAsync(await browser.GetAsync("/gallery", Cancellation));
        var faults = away.Studio.Services.GetRequiredService<BackgroundFaults>();
        await Nodes.UntilAsync(() => faults.Counts.Values.Any(count => count >= BackgroundFaults.IllAfter));

        var lines = away.Log.Entries.Where(entry => entry.Level >= LogLevel.Warning).ToList();

        Assert.Contains(lines, line => line.Text.Contains($"GET /api/jobs was refused: {Sentence}", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Text.Contains($" waits: {Sentence}", StringComparison.Ordinal));
        Assert.Empty(lines.Where(line => line.Text.Contains("\n   at ", StringComparison.Ordinal)).Select(line => $"{line.Category}: {line.Text}"));
    }

    [Fact]
    public async Task HubStream_EndsWithTheSentence_AndANameToTryAgain()
    {
        var log = new LogPages();
        await using var studio = WithoutJobs(log);
        var (connection, frames) = await studio.WatchAsync(Guid.NewGuid());
        await using var open = connection;

        var ended = await Assert.ThrowsAsync<HubException>(async () => await frames.MoveNextAsync());

        Assert.EndsWith($"StoreAwayException: {Sentence}", ended.Message, StringComparison.Ordinal);
        var lines = log.Entries.Where(entry => entry.Level >= LogLevel.Warning && entry.Text.Contains(Sentence, StringComparison.Ordinal)).Select(entry => entry.Text.TrimEnd()).ToList();
        Assert.Contains($"A stream of the hub was ended: {Sentence}", lines);
        Assert.DoesNotContain(lines, line => line.Contains("\n   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OpenAi_ClientThatWaits_GetsItsPicturesAfterTheOutage()
    {
        AwayJobs? jobs = null;
        await using var studio = new Studio { Change = services => AwayJobs.Around(services, made => jobs = made) };
        using var client = studio.ClientOf(studio.Administrator);
        await Nodes.UntilAsync(() => studio.Engine is { Latest: not null, AtWork: 0 });
        studio.Engine.Gate.Reset();
        var answer = client.PostAsJsonAsync("/v1/images/generations", new { prompt = "a cube", stream = true, size = "256x256" }, Cancellation);
        await Nodes.UntilAsync(() => studio.Engine.AtWork == 1 && jobs is not null);

        jobs!.IsAway = true;
        await Nodes.UntilAsync(() => jobs.Failures >= 2);
        studio.Engine.Gate.Set();
        jobs.IsAway = false;

        using var made = await answer;
        Assert.Contains("image_generation.completed", await made.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task JobEvents_OutageLongerThanTheirInterval_GoOnAfterIt()
    {
        AwayJobs? jobs = null;
        await using var studio = new Studio { Change = services => AwayJobs.Around(services, made => jobs = made) };
        using var client = studio.ClientOf(studio.Administrator);
        await Nodes.UntilAsync(() => studio.Engine is { Latest: not null, AtWork: 0 });
        studio.Engine.Gate.Reset();
        var id = await client.StartJobAsync(count: 1);
        await Nodes.UntilAsync(() => studio.Engine.AtWork == 1);
        using var response = await client.GetAsync($"/api/jobs/{id}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var events = SseParser.Create(await response.Content.ReadAsStreamAsync(Cancellation)).EnumerateAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await events.MoveNextAsync());

        jobs!.IsAway = true;
        await Nodes.UntilAsync(() => jobs.Failures >= 2);
        studio.Engine.Gate.Set();
        jobs.IsAway = false;

        var last = events.Current;
        while (await events.MoveNextAsync())
        {
            last = events.Current;
        }

        Assert.Contains("\"state\":\"done\"", last.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PatientJobs_OutageThatLasts_EndsWithTheFault()
    {
        var clock = new FakeTimeProvider();
        await using var studio = new Studio();
        var jobs = new AwayJobs(null) { IsAway = true };
        var patient = new PatientJobs(jobs, studio.Services.GetRequiredService<StoreFaults>(), clock);
        var actor = new Actor(studio.Administrator.Id, PersonRoles.Administrator);

        var found = patient.FindAsync(actor, Guid.NewGuid(), Cancellation);
        while (!found.IsCompleted)
        {
            clock.Advance(PatientJobs.Interval);
            await Task.WhenAny(found, Task.Delay(TimeSpan.FromMilliseconds(5), Cancellation));
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => found);
        Assert.InRange(jobs.Failures, 2, (int)(PatientJobs.Patience / PatientJobs.Interval) + 1);
    }

    [Fact]
    public async Task McpTool_SaysTheSentence()
    {
        await using var studio = WithoutJobs();
        var http = studio.ClientOf(studio.Administrator);
        await using var client = await McpClient.CreateAsync(
            new HttpClientTransport(new HttpClientTransportOptions { Endpoint = new Uri(http.BaseAddress!, "mcp"), TransportMode = HttpTransportMode.StreamableHttp }, http), cancellationToken: Cancellation);

        var answer = await client.CallToolAsync("get_job", new Dictionary<string, object?> { ["id"] = $"{Guid.NewGuid()}" }, cancellationToken: Cancellation);

        Assert.True(answer.IsError);
        Assert.Equal(Sentence, Assert.IsType<TextContentBlock>(Assert.Single(answer.Content)).Text);
    }

    [Fact]
    public async Task Page_PictureStoreAway_SaysTheStoresSentence()
    {
        await using var studio = WithoutJobs(jobs: new AwayJobs(null) { IsAway = true, Fault = new ObjectStoreException("The picture store is away.") });
        using var client = studio.ClientOf(studio.Administrator);

        var page = await (await client.GetAsync("/", Cancellation)).TextAsync();

        Assert.Contains("The studio is not available right now", page, StringComparison.Ordinal);
        Assert.Contains("The picture store is away.", page, StringComparison.Ordinal);
    }

    private static void RequirePostgreSql() => Assert.SkipUnless(PostgresServer.IsInstalled, "PostgreSQL is not installed here.");

    private static Studio WithoutJobs(LogPages? log = null, AwayJobs? jobs = null) => new()
    {
        KeepsLogRules = true,
        Change = services =>
        {
            log?.Replace(services);
            services.Replace(ServiceDescriptor.Singleton<IJobQueries>(jobs ?? new AwayJobs(null) { IsAway = true }));
        },
    };

    private static async Task AssertPageAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            Assert.Contains("The database is unavailable", await answer.TextAsync(), StringComparison.Ordinal);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path)
    {
        RequirePostgreSql();
        using var client = away.Studio.ClientOf(away.Studio.Administrator);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
        {
            request.Content = JsonContent.Create(new { prompt = "a cube" });
        }

        return await client.SendAsync(request, Cancellation);
    }

    /// <summary>While it is away, fails as reads of PostgreSQL do.</summary>
    private sealed class AwayJobs(IJobQueries? inner) : IJobQueries
    {
        private int failures;

        public volatile bool IsAway;

        public Exception Fault { get; init; } = new InvalidOperationException("Likely a transient failure.", new NpgsqlException("The connection broke.", new IOException()));

        public int Failures => Volatile.Read(ref failures);

        public static void Around(IServiceCollection services, Action<AwayJobs> made)
        {
            var descriptor = services.Single(service => service.ServiceType == typeof(IJobQueries));
            services.Replace(ServiceDescriptor.Singleton<IJobQueries>(provider =>
            {
                var jobs = new AwayJobs((IJobQueries)ActivatorUtilities.CreateInstance(provider, descriptor.ImplementationType!));
                made(jobs);
                return jobs;
            }));
        }

        public Task<JobView?> FindAsync(Guid jobId, CancellationToken cancellationToken) => Inner().FindAsync(jobId, cancellationToken);

        public Task<JobView?> FindAsync(Actor actor, Guid jobId, CancellationToken cancellationToken) => Inner().FindAsync(actor, jobId, cancellationToken);

        public Task<IReadOnlyList<JobView>> ActiveAsync(CancellationToken cancellationToken) => Inner().ActiveAsync(cancellationToken);

        public Task<IReadOnlyList<JobView>> ActiveAsync(Actor actor, CancellationToken cancellationToken) => Inner().ActiveAsync(actor, cancellationToken);

        public Task<JobPage> HistoryAsync(Actor actor, string? after, int take, CancellationToken cancellationToken) => Inner().HistoryAsync(actor, after, take, cancellationToken);

        private IJobQueries Inner()
        {
            if (!IsAway)
            {
                return inner!;
            }

            Interlocked.Increment(ref failures);
            throw Fault;
        }
    }
}
