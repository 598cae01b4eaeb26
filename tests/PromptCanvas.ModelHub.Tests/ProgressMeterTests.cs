using Microsoft.Extensions.Time.Testing;

namespace PromptCanvas.ModelHub.Tests;

/// <summary>The rate and the time left of a download.</summary>
public sealed class ProgressMeterTests
{
    private const long Total = 1_000;

    private readonly FakeTimeProvider clock = new();
    private readonly ProgressMeter meter;
    private DownloadProgress last;

    public ProgressMeterTests() => meter = new ProgressMeter(Total, clock, progress => last = progress);

    [Fact]
    public void Add_Bytes_GivesTheirRateAndTheTimeLeft()
    {
        meter.Add(0);
        After(seconds: 2, bytes: 200);

        Assert.Equal((200, 100.0, TimeSpan.FromSeconds(8)), (last.Done, last.BytesPerSecond, last.Left));
        Assert.Equal(0.2, last.Share);
    }

    [Fact]
    public void Add_AfterAnInterruption_CountsOnlyTheNewBytesInTheRate()
    {
        meter.Found(500);
        meter.Add(0);
        After(seconds: 1, bytes: 100);

        Assert.Equal((600, 100.0, TimeSpan.FromSeconds(4)), (last.Done, last.BytesPerSecond, last.Left));
    }

    [Fact]
    public void Add_SlowerNow_FollowsTheLastSeconds()
    {
        meter.Add(0);
        for (var second = 0; second < 5; second++)
        {
            After(seconds: 1, bytes: 100);
        }

        for (var second = 0; second < 20; second++)
        {
            After(seconds: 1, bytes: 10);
        }

        Assert.InRange(last.BytesPerSecond, 9, 15);
    }

    [Fact]
    public void Add_DamagedPart_TakesItsBytesBack()
    {
        meter.Add(0);
        After(seconds: 1, bytes: 400);
        After(seconds: 1, bytes: -400);

        Assert.Equal((0L, 0.0, null), (last.Done, last.BytesPerSecond, last.Left));
    }

    [Fact]
    public void Report_BeforeAnyByte_KnowsNoRate()
    {
        meter.Report();

        Assert.Equal((0L, 0.0, null), (last.Done, last.BytesPerSecond, last.Left));
    }

    private void After(double seconds, long bytes)
    {
        clock.Advance(TimeSpan.FromSeconds(seconds));
        meter.Add(bytes);
    }
}
