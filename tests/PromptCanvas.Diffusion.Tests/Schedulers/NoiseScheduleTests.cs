using PromptCanvas.Diffusion.Schedulers;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

public sealed class NoiseScheduleTests
{
    private const double PrintedDigits = 2e-6;

    [Theory]
    [InlineData(0, 4.12842e-5)]
    [InlineData(500, 0.00315569)]
    [InlineData(998, 0.749999404)]
    [InlineData(999, 0.999)]
    public void AlphaBar_Cosine_FallsByTheReferencesBeta(int timestep, double expected)
    {
        var schedule = NoiseSchedule.Cosine();

        Approximately.EqualRelative(expected, 1 - (schedule.AlphaBar(timestep) / schedule.AlphaBar(timestep - 1)), PrintedDigits);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0.999958716)]
    [InlineData(1, 0.999912576)]
    [InlineData(42, 0.993851495)]
    [InlineData(166, 0.927600093)]
    [InlineData(333, 0.741974753)]
    [InlineData(500, 0.492285173)]
    [InlineData(666, 0.246000559)]
    [InlineData(832, 0.066220529)]
    [InlineData(916, 0.0166386935)]
    [InlineData(957, 0.00427823418)]
    [InlineData(998, 2.42876678e-6)]
    [InlineData(999, 2.42877e-9)]
    public void AlphaBar_Cosine_MatchesTheReference(int timestep, double expected)
    {
        Approximately.EqualRelative(expected, NoiseSchedule.Cosine().AlphaBar(timestep), PrintedDigits);
    }

    [Theory]
    [InlineData(0, 0.99915)]
    [InlineData(1, 0.998289571)]
    [InlineData(10, 0.990081134)]
    [InlineData(500, 0.1607716)]
    [InlineData(991, 0.00173851727)]
    [InlineData(999, 0.00157896293)]
    public void AlphaBar_KandinskysLinear_MatchesTheReference(int timestep, double expected)
    {
        Approximately.EqualRelative(expected, NoiseSchedule.Linear(1000, 0.00085, 0.012).AlphaBar(timestep), PrintedDigits);
    }

    [Fact]
    public void AlphaBar_OtherSchedulesAtTheEnd_MatchTheReference()
    {
        Approximately.EqualRelative(0.00466009851, NoiseSchedule.ScaledLinear(1000, 0.00085, 0.012).AlphaBar(999), PrintedDigits);
        Approximately.EqualRelative(4.03582977e-5, NoiseSchedule.Linear(1000, 1e-4, 0.02).AlphaBar(999), PrintedDigits);
    }

    [Theory]
    [InlineData(0, 5.047494)]
    [InlineData(42, 2.542689)]
    [InlineData(500, -0.015431)]
    [InlineData(958, -2.749129)]
    [InlineData(995, -5.077756)]
    [InlineData(999, -9.917941)]
    public void Lambda_Cosine_MatchesTheReference(int timestep, double expected)
    {
        Assert.Equal(expected, NoiseSchedule.Cosine().Lambda(timestep), 1.5e-5);
    }

    [Fact]
    public void FromSettings_EachKind_IsThatSchedule()
    {
        var linear = new SchedulerSettings { Schedule = NoiseScheduleKind.Linear };
        var scaled = new SchedulerSettings { Schedule = NoiseScheduleKind.ScaledLinear, BetaStart = 0.00085, BetaEnd = 0.012 };
        var listed = new SchedulerSettings { Schedule = NoiseScheduleKind.Listed, Betas = [0.1, 0.5] };

        Assert.Equal(NoiseSchedule.Cosine(64).AlphaBar(63), NoiseSchedule.FromSettings(new SchedulerSettings { TrainingTimesteps = 64 }).AlphaBar(63));
        Assert.Equal(NoiseSchedule.Linear(1000, 1e-4, 0.02).AlphaBar(999), NoiseSchedule.FromSettings(linear).AlphaBar(999));
        Assert.Equal(NoiseSchedule.ScaledLinear(1000, 0.00085, 0.012).AlphaBar(7), NoiseSchedule.FromSettings(scaled).AlphaBar(7));
        Assert.Equal(0.45, NoiseSchedule.FromSettings(listed).AlphaBar(1), 1e-15);
        Assert.Equal(2, NoiseSchedule.FromSettings(listed).TrainingTimesteps);
    }

    [Fact]
    public void FromSettings_ListedWithoutList_Throws()
    {
        Assert.Throws<ArgumentException>(() => NoiseSchedule.FromSettings(new SchedulerSettings { Schedule = NoiseScheduleKind.Listed }));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void Listed_BetaOutOfRange_Throws(double beta)
    {
        Assert.Throws<ArgumentException>(() => NoiseSchedule.Listed([0.1, beta]));
    }
}
