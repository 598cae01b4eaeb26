namespace PromptCanvas.ModelHub.Tests;

public sealed class HubFaultTests : HubTest
{
    private string Downloaded => Path.Combine(Folder, "tiny", "decoder", "diffusion_pytorch_model.safetensors");

    [Fact]
    public async Task Line_CutInEachPart_GoesOnWhereItWasCut()
    {
        (Server.CutAfter, Server.Faults) = (30_000, int.MaxValue);
        using var hub = Client();

        await DownloadAsync(hub);

        Assert.Equal(Weights, await File.ReadAllBytesAsync(Downloaded, Cancellation));
        Assert.Equal([30_000, 60_000, 90_000, 130_000, 160_000, 190_000, 230_000, 260_000, 290_000], Server.Requests.Where(request => request.Path.StartsWith("/store/", StringComparison.Ordinal))
            .Select(request => int.Parse(request.Range![6..request.Range!.IndexOf('-', 6)], System.Globalization.CultureInfo.InvariantCulture))
            .Where(first => first % PartBytes != 0).Order());
    }

    [Fact]
    public async Task Line_CutForEver_KeepsWhatIsThere_AndTheNextRunGoesOn()
    {
        (Server.CutAfter, Server.CutsHard, Server.Faults) = (1000, true, int.MaxValue);
        using var hub = Client();
        Assert.Contains("run it again to go on", await FailAsync(hub), StringComparison.Ordinal);

        (Server.CutAfter, Server.Faults) = (null, 0);
        await DownloadAsync(hub);

        Assert.Equal(Weights, await File.ReadAllBytesAsync(Downloaded, Cancellation));
    }

    [Fact]
    public async Task Download_StoppedBetweenParts_FetchesOnlyTheMissingOnes()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var first = true;
        Server.Gate = async _ =>
        {
            if (!first)
            {
                await stop.CancelAsync();
            }

            first = false;
        };
        using (var hub = Client())
        {
            var download = new ModelDownload(hub, Folder);
            var plan = await download.PlanAsync(new ModelRequest(Repository), Cancellation);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download.RunAsync(plan, _ => { }, stop.Token));
            Assert.Equal("tiny", Assert.Single(ModelDownload.Unfinished(Folder)).Name);
        }

        Server.Requests.Clear();
        Server.Gate = _ => Task.CompletedTask;
        var reports = new List<DownloadProgress>();
        using (var hub = Client())
        {
            var download = new ModelDownload(hub, Folder);
            var plan = await download.PlanAsync(new ModelRequest(Repository), Cancellation);
            await download.RunAsync(plan, reports.Add, Cancellation);
            Assert.Equal((plan.Bytes, plan.Bytes), (reports[^1].Done, reports[^1].Total));
        }

        // The plan was kept, so the hub is not asked what the model consists of.
        Assert.DoesNotContain(Server.Requests, request => request.Path.StartsWith("/api/models/", StringComparison.Ordinal));
        Assert.DoesNotContain(Server.Requests, request => request.Range == $"bytes=0-{PartBytes - 1}");
        Assert.Equal(Weights, await File.ReadAllBytesAsync(Downloaded, Cancellation));
    }

    [Fact]
    public async Task Server_WithoutRanges_SendsTheWholeFileOnce()
    {
        Server.IgnoresRanges = true;
        using var hub = Client();

        await DownloadAsync(hub);

        Assert.Equal(Weights, await File.ReadAllBytesAsync(Downloaded, Cancellation));
        Assert.Single(Server.Requests, request => request.Path.StartsWith("/store/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Server_WithoutRangesAndCut_BeginsAgain()
    {
        (Server.IgnoresRanges, Server.CutAfter, Server.CutsHard, Server.Faults) = (true, PartBytes + 5, true, 2);
        using var hub = Client();

        await DownloadAsync(hub);

        Assert.Equal(Weights, await File.ReadAllBytesAsync(Downloaded, Cancellation));
    }

    [Fact]
    public async Task Bytes_DamagedOnce_AreFetchedAgain()
    {
        (Server.Damages, Server.Faults) = (true, 1);
        using var hub = Client();

        await DownloadAsync(hub);

        Assert.Equal(Weights, await File.ReadAllBytesAsync(Downloaded, Cancellation));
    }

    [Fact]
    public async Task Bytes_DamagedAlways_AreNeverAModel()
    {
        (Server.Damages, Server.Faults) = (true, int.MaxValue);
        using var hub = Client();

        Assert.Contains("does not have the checksum", await FailAsync(hub), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Folder, "tiny")));
    }

    [Fact]
    public async Task Server_Busy_IsAskedAgainAfterTheTimeItNames()
    {
        (Server.BusySeconds, Server.Faults) = (0, 5);
        using var hub = Client();

        await DownloadAsync(hub);

        Assert.Equal(Weights, await File.ReadAllBytesAsync(Downloaded, Cancellation));
    }

    [Fact]
    public async Task Server_Silent_IsGivenUpInWords()
    {
        Server.Gate = _ => Task.Delay(Timeout.Infinite, Cancellation);
        using var hub = Client(patience: TimeSpan.FromMilliseconds(50));

        Assert.Contains("did not answer", await FailAsync(hub), StringComparison.Ordinal);
        Server.Gate = _ => Task.CompletedTask;
    }

    [Fact]
    public async Task Hub_ThatCannotBeReached_IsNamed()
    {
        using var hub = new HubClient(HubSettings.Of("http://127.0.0.1:1", null) with { FirstDelay = TimeSpan.FromMilliseconds(1) });

        Assert.Contains("127.0.0.1 cannot be reached", await FailAsync(hub), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_GoesToTheHubOnly()
    {
        Server.Token = "hf_secret";
        using var hub = Client("hf_secret\n");

        await DownloadAsync(hub);

        Assert.All(Server.Requests, request => Assert.Equal(request.Host == "localhost" ? null : "Bearer hf_secret", request.Authorization));
        Assert.Contains(Server.Requests, request => request.Host == "localhost");
    }

    [Fact]
    public async Task Repository_ThatIsClosed_SaysWhatToDo()
    {
        using var stranger = Client();
        using var wrong = Client("hf_wrong");

        Server.Token = "hf_secret";
        Assert.Contains("needs a token in the file that Models:HubToken_FILE names", await FailAsync(stranger), StringComparison.Ordinal);
        Assert.Contains("the token of Models:HubToken may not read it", await FailAsync(wrong), StringComparison.Ordinal);
        Server.Token = null;
        Server.IsGated = true;
        Assert.Contains("accept them on its page", await FailAsync(stranger), StringComparison.Ordinal);
        Server.IsGated = false;
        Assert.Contains("no such repository", await FailAsync(stranger, new ModelRequest("painters/unknown")), StringComparison.Ordinal);
        Assert.Contains("no such revision", await FailAsync(stranger, new ModelRequest(Repository, "v9")), StringComparison.Ordinal);
        Assert.Contains("is no revision", await FailAsync(stranger, new ModelRequest(Repository, "../../x")), StringComparison.Ordinal);
        Assert.Contains("is no repository", await FailAsync(stranger, new ModelRequest("a/b/c")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_OfTheSameModel_OnlyOneRuns()
    {
        var reached = new TaskCompletionSource();
        var open = new TaskCompletionSource();
        Server.Gate = _ =>
        {
            reached.TrySetResult();
            return open.Task;
        };
        using var hub = Client();
        var first = DownloadAsync(hub);
        await reached.Task.WaitAsync(Cancellation);

        Assert.Contains("is being downloaded by another process", await FailAsync(hub), StringComparison.Ordinal);
        Assert.Contains("is being downloaded", Assert.Throws<ModelHubException>(() => ModelDownload.Discard(Folder, "tiny")).Message, StringComparison.Ordinal);
        open.SetResult();
        await first;
        Assert.Equal(Weights, await File.ReadAllBytesAsync(Downloaded, Cancellation));
    }

    [Fact]
    public async Task Redirect_ToAnUnprotectedOrStrangeAddress_IsNotFollowed()
    {
        Server.Store = new Uri("ftp://127.0.0.1");
        using var hub = Client();

        Assert.Contains("redirects from a protected address to ftp://127.0.0.1", await FailAsync(hub), StringComparison.Ordinal);
    }
}
