using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>Clients that retry automatically, on both databases: a response that never arrived is sent again for the same charge, and a response
/// that arrived is never sent again.</summary>
public sealed class AskAgainTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-again-").FullName;
    private readonly FinishedRequests finished = new();
    private Dictionary<string, string?> settings = [];
    private Studio studio = null!;

    public static TheoryData<DatabaseProvider> Both => [DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql];

    public static TheoryData<DatabaseProvider, string> BothWithPictures => new(
        from provider in (DatabaseProvider[])[DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql]
        from path in (string[])[OpenAiCalls.Edits, OpenAiCalls.Variations]
        select (provider, path));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (studio is not null)
        {
            await studio.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Retry_AfterAnAnswerThatArrived_IsANewPicture(DatabaseProvider provider)
    {
        await OpenAsync(provider);
        using var client = studio.CreateClient();
        foreach (var body in (object[])[
            new { prompt = "addresses", size = "256x256" },
            new { prompt = "bytes", size = "256x256", response_format = "b64_json" },
            new { prompt = "events", size = "256x256", stream = true }])
        {
            // A client repeats the same request; one call fails, and the client library retries it automatically.
            var first = await TextAsync(client, body, retries: 0);
            var second = await TextAsync(client, body, retries: 1);

            Assert.NotEqual(first, second);
        }

        Assert.Equal(6, await client.UsedAsync());
        Assert.Equal(6, (await SeedsAsync()).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Retry_AfterAnAnswerThatWasCutOff_IsTheSamePictureForItsOneCharge(DatabaseProvider provider)
    {
        await OpenAsync(provider);
        using var client = studio.CreateClient();
        var body = new { prompt = "cut off", response_format = "b64_json", n = 2 };
        using (var cut = await SendAsync(client, body, retries: 0))
        {
            await using var answer = await cut.Content.ReadAsStreamAsync(Cancellation);
            await answer.ReadExactlyAsync(new byte[1024], Cancellation);
        }

        await finished.WaitForAsync(1);
        using var again = await SendAsync(client, body, retries: 1);

        Assert.Equal(2, (await again.DataAsync()).Count);
        Assert.Equal(2, await client.UsedAsync());
        Assert.Equal(2, (await SeedsAsync()).Count);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Retry_AfterAKillBetweenThePictureAndItsAnswer_IsTheSamePictureForItsOneCharge(DatabaseProvider provider)
    {
        await OpenAsync(provider);
        var body = new { prompt = "killed", size = "256x256", response_format = "b64_json" };
        string first;
        using (var client = studio.CreateClient())
        {
            first = await TextAsync(client, body, retries: 0);
        }

        // State after a process that ended when the picture was finished but the response was not sent.
        await using (var database = await DatabaseAsync())
        {
            Assert.Equal(1, await database.Database.ExecuteSqlRawAsync("UPDATE \"Jobs\" SET \"AnsweredAt\" = NULL WHERE \"AnsweredAt\" IS NOT NULL", Cancellation));
        }

        await ReopenAsync();
        using var afterwards = studio.CreateClient();
        Assert.Equal(PictureIn(first), PictureIn(await TextAsync(afterwards, body, retries: 1)));
        Assert.NotEqual(PictureIn(first), PictureIn(await TextAsync(afterwards, body, retries: 1)));
        Assert.Equal(2, await afterwards.UsedAsync());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Retry_AfterARestart_IsThePictureThatWasAskedFor(DatabaseProvider provider)
    {
        await OpenAsync(provider);
        var body = new { prompt = "restarted", size = "256x256", response_format = "b64_json" };
        studio.Engine.Gate.Reset();
        using (var client = studio.CreateClient())
        {
            var asked = SendAsync(client, body, retries: 0);
            await UntilAsync("restarted", JobState.Running);
            studio.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            using var refused = await asked;

            Assert.Equal((HttpStatusCode.ServiceUnavailable, 5.0), (refused.StatusCode, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
            Assert.Equal("server_is_overloaded", (await refused.FaultAsync()).GetProperty("code").GetString());
        }

        await ReopenAsync();
        using var afterwards = studio.CreateClient();
        using var again = await SendAsync(afterwards, body, retries: 1);
        Assert.Single(await again.DataAsync());
        Assert.Equal(1, await afterwards.UsedAsync());
        Assert.Single(await SeedsAsync());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task IdempotencyKey_OfARequestThatWasCancelledOrFailed_MakesItAnew(DatabaseProvider provider)
    {
        await OpenAsync(provider);
        using var client = studio.CreateClient();
        var body = new { prompt = "hung up", size = "256x256", response_format = "b64_json" };
        studio.Engine.Gate.Reset();
        using (var line = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            var asked = SendAsync(client, body, retries: 0, key: "mine", line.Token);
            await UntilAsync("hung up", JobState.Running);
            await line.CancelAsync();
            await Record.ExceptionAsync(() => asked);
            await UntilAsync("hung up", JobState.Cancelled);
        }

        studio.Engine.Gate.Set();
        studio.Engine.Failure = "The picture came out as not a number.";
        using (var failed = await SendAsync(client, body, retries: 0, key: "mine"))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        }

        studio.Engine.Failure = null;
        var made = await TextAsync(client, body, retries: 0, key: "mine");
        Assert.Equal(PictureIn(made), PictureIn(await TextAsync(client, body, retries: 0, key: "mine")));
        Assert.Equal(1, await client.UsedAsync());
    }

    [Theory]
    [MemberData(nameof(BothWithPictures))]
    public async Task IdempotencyKey_WithPictures_IsOneJobAtOnceAndLater(DatabaseProvider provider, string path)
    {
        await OpenAsync(provider);
        using var client = studio.CreateClient();
        studio.Engine.Gate.Reset();
        var both = Enumerable.Range(0, 2).Select(_ => PictureAsync(client, path, "mine")).ToList();
        await UntilAsync(path == OpenAiCalls.Edits ? "a cube" : "", JobState.Running);
        studio.Engine.Gate.Set();
        var first = await Task.WhenAll(both);
        Assert.Equal(first[0], first[1]);

        await using (var database = await DatabaseAsync())
        {
            var yesterday = TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(1);
            await database.Jobs.ExecuteUpdateAsync(change => change.SetProperty(job => job.CreatedAt, yesterday), Cancellation);
        }

        Assert.Equal(first[0], await PictureAsync(client, path, "mine"));
        Assert.NotEqual(first[0], await PictureAsync(client, path, "another"));
        Assert.Equal(2, await client.UsedAsync());

        // The retry left no uploads behind.
        await using var after = await DatabaseAsync();
        Assert.Equal(await after.JobInputs.Select(input => input.UploadId).Distinct().CountAsync(Cancellation), await after.Uploads.CountAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Edits_Refused_LeaveNoUploadsBehind(DatabaseProvider provider)
    {
        await OpenAsync(provider);
        var busy = await studio.PersonAsync("busy@example.com", PersonRoles.Member);
        var credits = studio.Services.GetRequiredService<ICredits>();
        Assert.True((await credits.SetLimitsAsync(busy.Id, new PersonLimits(MaximumQueued: 0), Cancellation)).TryGet(out _, out _));
        using var client = studio.ClientOf(busy);
        for (var request = 0; request < 3; request++)
        {
            using var refused = await client.PostAsync(OpenAiCalls.Edits, ("image", TestPictures.Png(64, 64)), ("mask", OpenAiCalls.Transparent(64)), ("prompt", "a cube"), ("size", "256x256"));
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        }

        // One of the two pictures is unusable.
        using var unusable = await client.PostAsync(OpenAiCalls.Edits, ("image", TestPictures.Png(64, 64)), ("mask", WhiteMask()), ("prompt", "a cube"), ("size", "256x256"));
        Assert.Equal(HttpStatusCode.BadRequest, unusable.StatusCode);

        await using var database = await DatabaseAsync();
        Assert.Equal(0, await database.Uploads.CountAsync(Cancellation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FirstAttempt_HangsUp_OnlyTheLastOneCancels(bool retryHangsUp)
    {
        await OpenAsync(DatabaseProvider.Sqlite);
        using var client = studio.CreateClient();
        studio.Engine.Gate.Reset();
        var body = new { prompt = "joined", size = "256x256", stream = true };
        var first = await SendAsync(client, body, retries: 0);
        using var retry = await SendAsync(client, body, retries: 1);
        Assert.Single(await SeedsAsync());

        first.Dispose();
        await finished.WaitForAsync(1);
        if (retryHangsUp)
        {
            retry.Dispose();
            await UntilAsync("joined", JobState.Cancelled);
            Assert.Equal(0, await client.UsedAsync());
            studio.Engine.Gate.Set();
            return;
        }

        studio.Engine.Gate.Set();
        Assert.Contains("event: image_generation.completed", await retry.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(1, await client.UsedAsync());
    }

    [Theory]
    [InlineData("marked")]
    [InlineData("with a key")]
    [InlineData("like the first")]
    public async Task Client_TimesOutBetweenItsPictures_AdoptsThemWhenItComesBack(string how)
    {
        await OpenAsync(DatabaseProvider.Sqlite, grace: "00:10:00");
        using var client = studio.CreateClient();
        var body = new { prompt = "timed out", size = "256x256", response_format = "b64_json", n = 3 };
        var key = how == "with a key" ? "mine" : null;
        studio.Engine.Gate.Reset();
        using (var line = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            var asked = SendAsync(client, body, retries: 0, key, line.Token);
            await UntilAsync("timed out", JobState.Running);
            await line.CancelAsync();
            await Record.ExceptionAsync(() => asked);
            await finished.WaitForAsync(1);
        }

        // Others' requests, and other requests, are their own.
        using var other = studio.ClientOf(await studio.PersonAsync("other@example.com", PersonRoles.Member));
        var foreign = SendAsync(other, body, retries: how == "marked" ? 1 : 0, key);
        using var program = studio.CreateClient();
        program.DefaultRequestHeaders.UserAgent.ParseAdd("another/1.0");
        var stranger = SendAsync(program, body, retries: how == "marked" ? 1 : 0, key);
        var again = SendAsync(client, body, retries: how == "marked" ? 1 : 0, key);
        studio.Engine.Gate.Set();
        using var adopted = await again;
        using var theirs = await foreign;
        using var programs = await stranger;

        Assert.Equal((3, 3, 3), ((await adopted.DataAsync()).Count, (await theirs.DataAsync()).Count, (await programs.DataAsync()).Count));
        Assert.Equal((6, 3), (await client.UsedAsync(), await other.UsedAsync()));
        Assert.Equal(9, (await SeedsAsync()).Count);
    }

    [Fact]
    public async Task Client_ThatHungUpAndWasAnsweredAfterwards_GetsANewPictureNextTime()
    {
        await OpenAsync(DatabaseProvider.Sqlite, grace: "00:10:00");
        using var client = studio.CreateClient();
        var body = new { prompt = "twice", size = "256x256", response_format = "b64_json" };
        studio.Engine.Gate.Reset();
        using (var line = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            var asked = SendAsync(client, body, retries: 0, key: null, line.Token);
            await UntilAsync("twice", JobState.Running);
            await line.CancelAsync();
            await Record.ExceptionAsync(() => asked);
            await finished.WaitForAsync(1);
        }

        studio.Engine.Gate.Set();
        var first = PictureIn(await TextAsync(client, body, retries: 0));
        var second = PictureIn(await TextAsync(client, body, retries: 0));

        Assert.NotEqual(first, second);
        Assert.Equal(2, await client.UsedAsync());
    }

    [Fact]
    public async Task Client_ThatDoesNotComeBack_IsCancelledAfterTheGracePeriod()
    {
        await OpenAsync(DatabaseProvider.Sqlite, grace: "00:00:01");
        using var client = studio.CreateClient();
        studio.Engine.Gate.Reset();
        using (var line = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            var asked = SendAsync(client, new { prompt = "gone for good", size = "256x256" }, retries: 0, key: null, line.Token);
            await UntilAsync("gone for good", JobState.Running);
            await line.CancelAsync();
            await Record.ExceptionAsync(() => asked);
        }

        await UntilAsync("gone for good", JobState.Cancelled);
        Assert.Equal(0, await client.UsedAsync());
        studio.Engine.Gate.Set();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_HangsUpRightAfterItsSubmit_CancelsTheJob(bool streams)
    {
        await OpenAsync(DatabaseProvider.Sqlite, services =>
        {
            services.AddHttpContextAccessor();
            SubmissionsAround.Add(services, provider => async submit =>
            {
                var submitted = await submit();
                await CutAsync(provider);
                return submitted;
            });
        });
        using var client = studio.CreateClient();
        studio.Engine.Gate.Reset();

        await Record.ExceptionAsync(() => SendAsync(client, new { prompt = "gone", size = "256x256", stream = streams }, retries: 0));

        await UntilAsync("gone", JobState.Cancelled);
        Assert.Equal(0, await client.UsedAsync());
        studio.Engine.Gate.Set();
    }

    [Fact]
    public async Task Client_HangsUpWhileItsAnswerIsNoted_IsGivenItAgain()
    {
        var isCut = 0;
        await OpenAsync(DatabaseProvider.Sqlite, services =>
        {
            services.AddHttpContextAccessor();
            var inner = services.Single(service => service.ServiceType == typeof(IResponseDelivery));
            services.Remove(inner);
            services.AddSingleton<IResponseDelivery>(provider => new AnswersAround(
                (IResponseDelivery)ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!), () => Interlocked.Exchange(ref isCut, 1) == 0 ? CutAsync(provider) : Task.CompletedTask));
        });
        using var client = studio.CreateClient();
        var body = new { prompt = "gone", size = "256x256", response_format = "b64_json" };
        await Record.ExceptionAsync(() => TextAsync(client, body, retries: 0));
        await finished.WaitForAsync(1);
        Assert.Equal(1, isCut);

        await TextAsync(client, body, retries: 1);

        Assert.Equal(1, await client.UsedAsync());
    }

    // The client disconnects, and the server sees it before it continues.
    private static async Task CutAsync(IServiceProvider provider)
    {
        var context = provider.GetRequiredService<IHttpContextAccessor>().HttpContext!;
        var heard = new TaskCompletionSource();
        await using var cut = context.RequestAborted.Register(heard.SetResult);
        context.Abort();
        await heard.Task.WaitAsync(Patience, CancellationToken.None);
    }

    private static async Task<string> TextAsync(HttpClient client, object body, int retries, string? key = null)
    {
        using var response = await SendAsync(client, body, retries, key);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    private static string PictureIn(string answer) =>
        System.Text.Json.JsonDocument.Parse(answer).RootElement.GetProperty("data")[0].GetProperty("b64_json").GetString()!;

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, object body, int retries, string? key = null, CancellationToken? line = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, OpenAiCalls.Generations) { Content = JsonContent.Create(body) };
        request.Headers.Add("x-stainless-retry-count", $"{retries}");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, line ?? Cancellation);
    }

    private static async Task<string?> PictureAsync(HttpClient client, string path, string key)
    {
        (string, object)[] parts = [("image", OpenAiCalls.Transparent(64)), ("size", "256x256"), ("response_format", "b64_json")];
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = OpenAiCalls.Form(path == OpenAiCalls.Edits ? [.. parts, ("prompt", "a cube")] : parts) };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await client.SendAsync(request, Cancellation);
        return Assert.Single(await response.DataAsync()).GetProperty("b64_json").GetString();
    }

    private static byte[] WhiteMask()
    {
        var bytes = new byte[64 * 64 * 3];
        bytes.AsSpan().Fill(byte.MaxValue);
        return Imaging.Png.PngEncoder.Encode(new Imaging.Pixels.RgbImage(64, 64, bytes));
    }

    private async Task OpenAsync(DatabaseProvider provider, Action<IServiceCollection>? change = null, string grace = "00:00:00")
    {
        settings = provider == DatabaseProvider.Sqlite
            ? []
            : new() { ["Database:Provider"] = "PostgreSql", ["ConnectionStrings:PromptCanvas"] = await server.NewDatabaseAsync() };
        (settings["OpenAi:GracePeriod"], settings["OpenAi:GracePeriodOfRetries"]) = (grace, grace);
        Open(change);
    }

    private async Task ReopenAsync()
    {
        var (administrator, before) = (studio.Administrator, studio);
        await before.DisposeAsync();
        Open(null);
        studio.Use(administrator);
    }

    private void Open(Action<IServiceCollection>? change)
    {
        studio = new Studio(folder)
        {
            Change = services =>
            {
                finished.AddTo(services);
                change?.Invoke(services);
            },
        };
        foreach (var (name, value) in settings)
        {
            studio.Settings[name] = value;
        }
    }

    private async Task<List<long>> SeedsAsync()
    {
        await using var database = await DatabaseAsync();
        return await database.JobPictures.Select(image => image.Seed).ToListAsync(Cancellation);
    }

    private async Task UntilAsync(string prompt, JobState state)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        await using var database = await DatabaseAsync();
        while (!await database.Jobs.AnyAsync(job => job.Prompt == prompt && job.State == state, patience.Token))
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private Task<AppDbContext> DatabaseAsync() => studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);

    private sealed class AnswersAround(IResponseDelivery inner, Func<Task> beforeTheFirstNote) : IResponseDelivery
    {
        public Task<IReadOnlyList<Guid>> FindOpenAsync(Actor actor, string keyPrefix, TimeSpan maximumAge, CancellationToken cancellationToken) =>
            inner.FindOpenAsync(actor, keyPrefix, maximumAge, cancellationToken);

        public Task<KeyedJobs> FindByKeyAsync(Actor actor, string key, CancellationToken cancellationToken) => inner.FindByKeyAsync(actor, key, cancellationToken);

        public async Task MarkDeliveredAsync(Guid jobId, bool isOut, CancellationToken cancellationToken)
        {
            await beforeTheFirstNote();
            await inner.MarkDeliveredAsync(jobId, isOut, cancellationToken);
        }
    }
}
