using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Faults;

/// <summary>A long time of valid users, slow readers, floods of lines, uploads, cancels, nonsense and revoked keys against the real program with the shipped model.</summary>
public sealed class StrangersHourTests : IDisposable
{
    private const int QuietJobs = 25;
    private const double MostMemory = 1.2;
    private const double SlowestRatio = 3;
    private const double Quantile = 0.95;

    // What every run has to contain.
    private static readonly string[] Deeds = ["user done", "cancel done", "upload done", "nonsense done", "line done", "events done", "slow done", "key revoked"];

    private static readonly TimeSpan BetweenJobs = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(40);

    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-strangers-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Soak_StrangersHour_LeavesTheStudioAsItWas()
    {
        Assert.SkipUnless(
            double.TryParse(Environment.GetEnvironmentVariable("PROMPTCANVAS_SOAK"), out var minutes),
            "The soak runs for PROMPTCANVAS_SOAK minutes; it is not set.");
        Assert.SkipUnless(Directory.Exists(StudioProcess.Starter), "This checkout has no models/starter yet.");
        var (colleague, members) = await PeopleAsync();
        await using var studio = await StudioProcess.StartAsync(folder, colleague.Key, new Dictionary<string, string?> { ["Quotas:DefaultCredits"] = "1000000" });

        // Use every feature once, so that networks, pools and caches are part of the baseline.
        await StormAsync(studio, members, WarmUp, () => Task.CompletedTask);
        await LeaveAsync(studio, members);
        var quiet = new List<TimeSpan>();
        for (var job = 0; job < QuietJobs; job++)
        {
            quiet.Add(await MakeAsync(studio));
        }

        var start = await MemoryAtRestAsync(studio);
        var busy = new List<TimeSpan>();
        var (faults, missing, summary) = await StormAsync(studio, members, TimeSpan.FromMinutes(minutes), async () => busy.Add(await MakeAsync(studio)));
        await LeaveAsync(studio, members);
        var end = await MemoryAtRestAsync(studio);
        var doctor = await DoctorAsync();

        var ratio = P95(busy) / P95(quiet);
        TestContext.Current.TestOutputHelper?.WriteLine($"Strangers: {summary}.");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"A colleague's 64 px job: p95 {P95(quiet).TotalSeconds:0.00} s in quiet ({quiet.Count} jobs), {P95(busy).TotalSeconds:0.00} s among strangers ({busy.Count} jobs): ratio {ratio:0.00}.");
        TestContext.Current.TestOutputHelper?.WriteLine($"Memory: {start >> 20} MB before, {end >> 20} MB after.");
        TestContext.Current.TestOutputHelper?.WriteLine(doctor.Output);
        Assert.Empty(faults);
        Assert.Empty(missing);
        Assert.False(studio.HasExited);
        Assert.Equal(0, doctor.ExitCode);
        Assert.DoesNotContain("WRONG", doctor.Output, StringComparison.Ordinal);
        Assert.InRange(end, 0, (long)(start * MostMemory));
        Assert.InRange(ratio, 0, SlowestRatio);
    }

    private static TimeSpan P95(List<TimeSpan> times) => times.Order().ElementAt((int)Math.Ceiling(Quantile * times.Count) - 1);

    /// <summary>The time from the order of one 64 px picture to its end.</summary>
    private static async Task<TimeSpan> MakeAsync(StudioProcess studio)
    {
        using var client = studio.Client();
        await Task.Delay(BetweenJobs, Cancellation);
        var began = Stopwatch.GetTimestamp();
        var job = await client.StartJobAsync(count: 1);
        using var events = await client.GetAsync($"/api/jobs/{job}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var stream = await events.Content.ReadAsStreamAsync(Cancellation);
        await stream.CopyToAsync(Stream.Null, Cancellation);
        var took = Stopwatch.GetElapsedTime(began);
        Assert.Equal("done", (await client.EndOfJobAsync(job)).GetProperty("state").GetString());
        return took;
    }

    private static async Task<(IReadOnlyList<string> Faults, IReadOnlyList<string> Missing, string Summary)> StormAsync(
        StudioProcess studio, IReadOnlyList<SomebodyInTest> members, TimeSpan length, Func<Task> colleague)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var strangers = new Strangers(studio, members, stop.Token);
        stop.CancelAfter(length);
        var storm = strangers.RunAsync();
        while (!stop.IsCancellationRequested && !studio.HasExited)
        {
            await colleague();
            await Task.Delay(BetweenJobs, Cancellation);
        }

        await storm;
        return ([.. strangers.Faults], [.. Deeds.Where(deed => strangers.CountOf(deed) == 0)], strangers.Summary);
    }

    /// <summary>Cancels the strangers' remaining jobs.</summary>
    private static async Task LeaveAsync(StudioProcess studio, IReadOnlyList<SomebodyInTest> members)
    {
        // The last one starts no jobs, and its keys are revoked.
        foreach (var member in members.SkipLast(1))
        {
            using var client = studio.Client(member.Key);
            foreach (var job in await client.GetFromJsonAsync<JsonElement[]>("/api/jobs", Cancellation) ?? [])
            {
                HttpResponseMessage answer;
                while ((answer = await client.DeleteAsync($"/api/jobs/{job.GetProperty("id").GetGuid()}", Cancellation)).StatusCode == HttpStatusCode.TooManyRequests)
                {
                    await Task.Delay(answer.Headers.RetryAfter?.Delta ?? BetweenJobs, Cancellation);
                }

                Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
            }
        }
    }

    // The last step of a picture returns the networks' scratch memory, and a process at rest everything else that a rush took.
    private static async Task<long> MemoryAtRestAsync(StudioProcess studio)
    {
        await MakeAsync(studio);
        await Task.Delay(Settled, Cancellation);
        return studio.Memory;
    }

    private async Task<(SomebodyInTest Colleague, IReadOnlyList<SomebodyInTest> Members)> PeopleAsync()
    {
        await using var studio = new Studio(folder);
        var members = new List<SomebodyInTest>();
        for (var member = 0; member < Strangers.Members; member++)
        {
            members.Add(await studio.PersonAsync($"stranger{member}@example.com", PersonRoles.Member));
        }

        return (await studio.PersonAsync("colleague@example.com", PersonRoles.Member), members);
    }

    private async Task<(int ExitCode, string Output)> DoctorAsync()
    {
        var output = AppContext.BaseDirectory.TrimEnd('/');
        var program = Path.Combine(Directory.GetParent(output)!.Parent!.FullName, "PromptCanvas.Cli", Path.GetFileName(output), "promptcanvas.dll");
        var start = new ProcessStartInfo("dotnet", [program, "doctor"])
        {
            WorkingDirectory = Studio.RepoRoot,
            RedirectStandardOutput = true,
            Environment = { ["Data__Folder"] = folder },
        };
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, text);
    }
}
