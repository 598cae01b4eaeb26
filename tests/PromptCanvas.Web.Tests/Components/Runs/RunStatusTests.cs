using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Components.Runs;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Tests.Components.Runs;

public sealed class RunStatusTests
{
    private static readonly IStringLocalizer<Texts> Words = new ServiceCollection()
        .AddLocalization().AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(NullLoggerFactory.Instance)
        .BuildServiceProvider().GetRequiredService<IStringLocalizer<Texts>>();

    [Theory]
    [InlineData(JobState.Queued, 2, 20.0, 0, "Position 2 · about 20 s")]
    [InlineData(JobState.Queued, 1, null, 0, "Position 1")]
    [InlineData(JobState.Running, null, 33.0, 0, "Running · about 35 s")]
    [InlineData(JobState.Running, null, 7.4, 2, "about 7 s · 2 of 4 done")]
    [InlineData(JobState.Running, null, 1.0, 3, "a few seconds · 3 of 4 done")]
    [InlineData(JobState.Running, null, 200.0, 1, "about 3 min · 1 of 4 done")]
    [InlineData(JobState.Done, null, null, 4, "Done")]
    [InlineData(JobState.Done, null, null, 3, "3 of 4 done")]
    [InlineData(JobState.Cancelled, null, null, 2, "Stopped · 2 of 4 done")]
    [InlineData(JobState.Failed, null, null, 0, "Failed")]
    public void Describe_AJob_SaysWhereItStands(JobState state, int? position, double? eta, int done, string expected)
    {
        Assert.Equal(expected, RunStatus.Describe(RunOf(state, position, done), eta, Words));
    }

    [Theory]
    [InlineData(JobState.Running, 1, 1, "1 of 4 done · 1 credit refunded")]
    [InlineData(JobState.Cancelled, 1, 3, "Stopped · 1 of 4 done · 3 credits refunded")]
    [InlineData(JobState.Failed, 0, 0.75, "Failed · 0.75 credits refunded")]
    [InlineData(JobState.Done, 4, 0, "Done")]
    public void Describe_PicturesNotDelivered_SaysWhatIsGivenBack(JobState state, int done, double credits, string expected)
    {
        var run = RunOf(state, null, done);
        run.Job = run.Job! with { Refunded = (decimal)credits };

        Assert.Equal(expected, RunStatus.Describe(run, null, Words));
    }

    [Theory]
    [InlineData(JobState.Queued, 3, null, "Place 3 of 4. 2 of your jobs go first.")]
    [InlineData(JobState.Queued, 1, "New card.", "The queue is paused: New card.")]
    [InlineData(JobState.Queued, 1, null, null)]
    [InlineData(JobState.Running, 3, null, null)]
    public void WhyItWaits_AJob_SaysWhoGoesFirst(JobState state, int position, string? paused, string? expected)
    {
        var run = RunOf(state, position, 0);
        run.Job = run.Job! with { Why = new QueueExplanation { Position = position, Waiting = 4, OwnAhead = position - 1, PeopleAhead = 0, PauseReason = paused } };

        Assert.Equal(expected, RunStatus.WhyItWaits(run, Words));
    }

    [Fact]
    public void Describe_AJobOfAPausedQueue_NamesNoTime()
    {
        var run = RunOf(JobState.Queued, 2, 0);
        run.Job = run.Job! with { Why = new QueueExplanation { Position = 2, Waiting = 4, OwnAhead = 1, PeopleAhead = 0, PauseReason = "New card." } };

        Assert.Equal("Position 2", RunStatus.Describe(run, run.Job.EtaSeconds, Words));
        Assert.Equal("The queue is paused: New card.", RunStatus.WhyItWaits(run, Words));
    }

    [Fact]
    public void Announce_ARunningJob_LeavesTheSecondsOut()
    {
        Assert.Equal("2 of 4 done", RunStatus.Announce(RunOf(JobState.Running, null, 2), Words));
    }

    private static Run RunOf(JobState state, int? position, int done) => Run.Of(new JobView(
        Guid.NewGuid(),
        state,
        "a cube",
        "starter",
        64,
        1,
        DateTimeOffset.UnixEpoch,
        position,
        null,
        null,
        [.. Enumerable.Range(0, 4).Select(i => new JobPictureView(i, i < done ? JobPictureState.Done : JobPictureState.Running, (uint)i, null, null))]));
}
