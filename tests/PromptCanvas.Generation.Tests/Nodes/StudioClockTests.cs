using PromptCanvas.Generation.Nodes;

namespace PromptCanvas.Generation.Tests.Nodes;

/// <summary>The studio's time on a machine whose clock is wrong.</summary>
public sealed class StudioClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly StudioClock clock = new();

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public void Compare_ClockOff_TimeIsTheDatabases(int minutes)
    {
        var off = TimeSpan.FromMinutes(minutes);

        Assert.True(clock.Compare(Noon, Noon + off));

        Assert.Equal(off, clock.Ahead);
        Assert.InRange(clock.GetUtcNow() + off, TimeProvider.System.GetUtcNow() - Patience, TimeProvider.System.GetUtcNow() + Patience);
    }

    [Fact]
    public void Compare_SmallDifference_LeavesTheTime()
    {
        Assert.False(clock.Compare(Noon, Noon + StudioClock.Tolerance));
        Assert.False(clock.Compare(Noon, Noon - StudioClock.Tolerance));

        Assert.Equal(TimeSpan.Zero, clock.Ahead);
    }

    [Fact]
    public void Compare_ClockIsSetAgain_EndsTheCorrection()
    {
        clock.Compare(Noon, Noon.AddHours(1));

        Assert.False(clock.Compare(Noon, Noon.AddHours(1).AddSeconds(1)));
        Assert.True(clock.Compare(Noon, Noon.AddSeconds(1)));
        Assert.Equal(TimeSpan.Zero, clock.Ahead);
    }
}
