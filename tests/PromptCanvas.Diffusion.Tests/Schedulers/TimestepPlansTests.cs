using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

public sealed class TimestepPlansTests
{
    [Fact]
    public void Linspace_KarlosSteps_AreTheReferenceLists()
    {
        Assert.Equal(
            [999, 957, 916, 874, 832, 791, 749, 708, 666, 624, 583, 541, 500, 458, 416, 375, 333, 291, 250, 208, 166, 125, 83, 42, 0],
            TimestepPlans.Linspace(1000, 25).Timesteps);
        Assert.Equal([999, 832, 666, 500, 333, 166, 0], TimestepPlans.Linspace(1000, 7).Timesteps);
        var fifty = TimestepPlans.Linspace(1000, 50).Timesteps;
        Assert.Equal([999, 979, 958, 938, 917, 897], fifty.Take(6));
        Assert.Equal([61, 41, 20, 0], fifty.Skip(46));
    }

    [Fact]
    public void Linspace_HalfwayValue_RoundsToEven()
    {
        // 2.5 and 7.5 lie halfway.
        Assert.Equal([10, 8, 5, 2, 0], TimestepPlans.Linspace(11, 5).Timesteps);
    }

    [Fact]
    public void Leading_KandinskysSteps_AreTheReferenceLists()
    {
        var fifty = TimestepPlans.Leading(1000, 50, offset: 1).Timesteps;
        Assert.Equal([981, 961], fifty.Take(2));
        Assert.Equal([41, 21, 1], fifty.Skip(47));
        var hundred = TimestepPlans.Leading(1000, 100, offset: 1).Timesteps;
        Assert.Equal([991, 981], hundred.Take(2));
        Assert.Equal([11, 1], hundred.Skip(98));
    }

    [Fact]
    public void Trailing_TenSteps_StartsAtTheNoisiest()
    {
        Assert.Equal([999, 899, 799, 699, 599, 499, 399, 299, 199, 99], TimestepPlans.Trailing(1000, 10).Timesteps);
    }

    [Theory]
    [InlineData(10, new[] { 995, 896, 796, 696, 597, 498, 398, 298, 199, 100 })]
    [InlineData(15, new[] { 995, 929, 862, 796, 730, 663, 597, 531, 464, 398, 332, 265, 199, 133, 66 })]
    [InlineData(20, new[] { 995, 945, 896, 846, 796, 746, 696, 647, 597, 547, 498, 448, 398, 348, 298, 249, 199, 149, 100, 50 })]
    public void DpmSolver_Cosine_SkipsTheTail(int steps, int[] expected)
    {
        Assert.Equal(expected, TimestepPlans.DpmSolver(NoiseSchedule.Cosine(), steps).Timesteps);
    }

    [Fact]
    public void DpmSolver_Linear_StartsAtTheNoisiest()
    {
        Assert.Equal([999, 666, 333], TimestepPlans.DpmSolver(NoiseSchedule.Linear(1000, 1e-4, 0.02), 3).Timesteps);
    }

    [Fact]
    public void AllMakers_EveryNumberOfSteps_GiveThatManySteps()
    {
        var schedule = NoiseSchedule.Cosine();
        for (var steps = 2; steps <= 995; steps++)
        {
            Assert.Equal(steps, TimestepPlans.Linspace(1000, steps).Steps);
            Assert.Equal(steps, TimestepPlans.Leading(1000, steps).Steps);
            Assert.Equal(steps, TimestepPlans.Trailing(1000, steps).Steps);
            Assert.Equal(steps, TimestepPlans.DpmSolver(schedule, steps).Steps);
        }
    }

    [Fact]
    public void AllMakers_TooManyOrTooFewSteps_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TimestepPlans.Linspace(1000, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TimestepPlans.Linspace(1000, 1001));
        Assert.Throws<ArgumentOutOfRangeException>(() => TimestepPlans.Leading(1000, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TimestepPlans.Leading(1000, 1000, offset: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TimestepPlans.Trailing(1000, 1001));
        Assert.Throws<ArgumentOutOfRangeException>(() => TimestepPlans.DpmSolver(NoiseSchedule.Cosine(), 996));
    }

    [Fact]
    public void FromSettings_NoSpacingGiven_FollowsTheSchedule()
    {
        var cosine = new SchedulerSettings();
        var linear = new SchedulerSettings { Schedule = NoiseScheduleKind.Linear, StepsOffset = 1 };

        Assert.Equal(999, TimestepPlans.FromSettings(cosine, NoiseSchedule.FromSettings(cosine), 50).Timestep(0));
        Assert.Equal(981, TimestepPlans.FromSettings(linear, NoiseSchedule.FromSettings(linear), 50).Timestep(0));
    }

    [Theory]
    [InlineData(TimestepSpacing.Linspace, 0, 1000)]
    [InlineData(TimestepSpacing.Trailing, 0, 1000)]
    [InlineData(TimestepSpacing.Leading, 0, 1000)]
    [InlineData(TimestepSpacing.Leading, 1, 999)]
    [InlineData(TimestepSpacing.Leading, 2, 499)]
    public void MaximumSteps_EveryNumberUpToIt_HasAPlan(TimestepSpacing spacing, int offset, int expected)
    {
        var settings = new SchedulerSettings { Spacing = spacing, StepsOffset = offset };
        var schedule = NoiseSchedule.FromSettings(settings);

        Assert.Equal(expected, TimestepPlans.MaximumSteps(settings, schedule));
        for (var steps = 2; steps <= expected; steps++)
        {
            Assert.Equal(steps, TimestepPlans.FromSettings(settings, schedule, steps).Steps);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => TimestepPlans.FromSettings(settings, schedule, expected + 1));
    }
}
