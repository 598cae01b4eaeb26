using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

public sealed class TimestepPlanTests
{
    [Fact]
    public void PreviousTimestep_AfterTheLastStep_IsTheCleanImage()
    {
        var plan = new TimestepPlan([999, 500, 0]);

        Assert.Equal(500, plan.PreviousTimestep(0));
        Assert.Equal(0, plan.PreviousTimestep(1));
        Assert.Equal(-1, plan.PreviousTimestep(2));
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 5, 5 })]
    [InlineData(new[] { 1, 2 })]
    [InlineData(new[] { 3, -1 })]
    public void Constructor_ListNotStrictlyDescending_Throws(int[] timesteps)
    {
        Assert.Throws<ArgumentException>(() => new TimestepPlan(timesteps));
    }
}
