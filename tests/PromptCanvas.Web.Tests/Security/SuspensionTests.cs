using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Features.Previews;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>A suspension takes effect at once, also when another process writes it.</summary>
public sealed class SuspensionTests(Studio studio) : IClassFixture<Studio>
{
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Suspend_OnThePage_EndsSessionKeyStreamAndJobsAtOnce()
    {
        var person = await studio.PersonAsync("leaving@example.com", PersonRoles.Member);
        using var program = studio.ClientOf(person);
        using var browser = studio.Browser(person.Cookie);
        studio.Engine.Gate.Reset();
        var running = await program.StartJobAsync();
        await using var connection = await ConnectAsync(person.Key);
        await using var frames = connection.StreamAsync<PreviewMessage>("Watch", running, TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await frames.MoveNextAsync());

        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var done = await administrator.SendFormAsync("/admin/people", $"suspend-{person.Id}");
        Assert.Equal(HttpStatusCode.Found, done.StatusCode);

        using var page = await browser.GetAsync("/gallery", TestContext.Current.CancellationToken);
        using var answer = await program.GetAsync($"/api/jobs/{running}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Found, page.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        await AssertEndsAsync(frames);
        await using var database = await OpenAsync();
        Assert.Equal(JobState.Cancelled, (await database.Jobs.SingleAsync(job => job.Id == running, TestContext.Current.CancellationToken)).State);
        studio.Engine.Gate.Set();
    }

    [Fact]
    public async Task Suspend_ByAnotherProcess_EndsSessionAndStreamWithinFiveSeconds()
    {
        var person = await studio.PersonAsync("elsewhere@example.com", PersonRoles.Member);
        using var browser = studio.Browser(person.Cookie);
        using var before = await browser.GetAsync("/gallery", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        await using var connection = await ConnectAsync(person.Key);
        var closed = new TaskCompletionSource();
        connection.Closed += _ =>
        {
            closed.SetResult();
            return Task.CompletedTask;
        };

        await using var database = await OpenAsync();
        await database.People.Where(row => row.Id == person.Id)
            .ExecuteUpdateAsync(change => change.SetProperty(row => row.SuspendedAt, DateTimeOffset.UnixEpoch), TestContext.Current.CancellationToken);
        var start = TimeProvider.System.GetTimestamp();
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Allowed);
        using var after = await browser.GetAsync("/gallery", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Found, after.StatusCode);
    }

    public static TheoryData<string, bool> Lines => new(
        from line in (string[])["stream", "wait", "events"]
        from revokes in (bool[])[true, false]
        select (line, revokes));

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task KeyOrPerson_Gone_CutsTheLinesOfProgramsWithinFiveSeconds(string line, bool revokes)
    {
        var person = await studio.PersonAsync($"{line}-{revokes}@example.com", PersonRoles.Member);
        using var program = studio.ClientOf(person);
        studio.Engine.Gate.Reset();
        try
        {
            var held = HoldAsync(program, line);
            await UntilAsync(person.Id, JobState.Running);
            await using var database = await OpenAsync();
            var start = TimeProvider.System.GetTimestamp();
            if (revokes)
            {
                var keys = studio.Services.GetRequiredService<ApiKeys>();
                Assert.True(await keys.RevokeAsync(person.Id, Assert.Single(await keys.ListAsync(person.Id, TestContext.Current.CancellationToken)).Id, TestContext.Current.CancellationToken));
            }
            else
            {
                await database.People.Where(row => row.Id == person.Id)
                    .ExecuteUpdateAsync(change => change.SetProperty(row => row.SuspendedAt, DateTimeOffset.UnixEpoch), TestContext.Current.CancellationToken);
            }

            var fault = await Record.ExceptionAsync(() => held.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
            Assert.False(fault is TimeoutException, "The connection was not aborted.");
            Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Allowed);
            if (line != "events")
            {
                // No client is left to receive the picture.
                await UntilAsync(person.Id, JobState.Cancelled);
            }
        }
        finally
        {
            studio.Engine.Gate.Set();
        }
    }

    [Fact]
    public async Task Suspend_OnThePage_ClosesTheirPagesLiveLine_AndLeavesOthersOpen()
    {
        var person = await studio.PersonAsync("live@example.com", PersonRoles.Member);
        var (line, circuit) = await CircuitLine.OpenAsync(studio, person.Cookie, TestContext.Current.CancellationToken);
        await using var theirs = line;
        var (other, _) = await CircuitLine.OpenAsync(studio, studio.Administrator.Cookie, TestContext.Current.CancellationToken);
        await using var ours = other;
        var closed = new TaskCompletionSource();
        theirs.Closed += _ =>
        {
            closed.SetResult();
            return Task.CompletedTask;
        };
        Assert.NotEmpty(circuit);

        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var done = await administrator.SendFormAsync("/admin/people", $"suspend-{person.Id}");
        await closed.Task.WaitAsync(Allowed, TestContext.Current.CancellationToken);

        Assert.Equal(HubConnectionState.Connected, ours.State);
        await Assert.ThrowsAsync<HttpRequestException>(() => CircuitLine.OpenAsync(studio, person.Cookie, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Role_ChangedOnThePage_CountsForTheNextRequest()
    {
        var person = await studio.PersonAsync("demoted@example.com", PersonRoles.Member);
        using var program = studio.ClientOf(person);
        using var first = await program.PostJobAsync(new { kind = "generate", prompt = "a cube", count = 1, size = 64 });
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var done = await administrator.SendFormAsync("/admin/people", $"role-{person.Id}", ("NewRole", PersonRoles.Viewer));
        using var second = await program.PostJobAsync(new { kind = "generate", prompt = "a cube", count = 1, size = 64 });

        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, second.StatusCode);
    }

    [Fact]
    public async Task LastAdministrator_IsNeitherSuspendedNorDemoted()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var suspended = await administrator.SendFormAsync("/admin/people", $"suspend-{studio.Administrator.Id}");
        using var demoted = await administrator.SendFormAsync("/admin/people", $"role-{studio.Administrator.Id}", ("NewRole", PersonRoles.Member));

        Assert.Contains("last administrator", await suspended.TextAsync(), StringComparison.Ordinal);
        Assert.Contains("last administrator", await demoted.TextAsync(), StringComparison.Ordinal);
    }

    // The stream ends, either aborted or because its job has ended. In both cases nothing more arrives.
    private static async Task AssertEndsAsync(IAsyncEnumerator<PreviewMessage> frames)
    {
        try
        {
            while (await frames.MoveNextAsync().AsTask().WaitAsync(Allowed, TestContext.Current.CancellationToken))
            {
                Assert.NotNull(frames.Current);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or HttpRequestException)
        {
            Assert.False(TestContext.Current.CancellationToken.IsCancellationRequested, fault.Message);
        }
    }

    // Holds a connection until it is aborted.
    private static async Task HoldAsync(HttpClient program, string line)
    {
        if (line == "events")
        {
            var job = await program.StartJobAsync(count: 1);
            using var events = await program.GetAsync($"/api/jobs/{job}/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            await events.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return;
        }

        using var answer = await program.PostAsJsonAsync(
            "/v1/images/generations", new { prompt = "a cube", size = "256x256", stream = line == "stream" }, TestContext.Current.CancellationToken);
        await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task UntilAsync(Guid personId, JobState state)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await using var database = await OpenAsync();
        while (!await database.Jobs.AnyAsync(job => job.PersonId == personId && job.State == state, patience.Token))
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private async Task<AppDbContext> OpenAsync() =>
        await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);

    private async Task<HubConnection> ConnectAsync(string key)
    {
        var connection = new HubConnectionBuilder().WithUrl(new Uri(studio.Server.BaseAddress, "hubs/generation"), options =>
        {
            options.HttpMessageHandlerFactory = _ => studio.Server.CreateHandler();
            options.AccessTokenProvider = () => Task.FromResult<string?>(key);
        }).AddMessagePackProtocol().Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
