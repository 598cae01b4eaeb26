using PromptCanvas.Diffusion.Engine.Execution;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>Levels of device time, in seconds, with a credit of 1.5.</summary>
public sealed class PersonSharesTests
{
    private static readonly HashSet<string> Heavy = ["heavy"];

    private readonly PersonShares shares = new(credit: 1.5);

    [Fact]
    public void Arrive_SomebodyNew_HasTheLevelOfThosePresent()
    {
        shares.Arrive("heavy", new HashSet<string>());
        shares.Charge("heavy", 10);

        shares.Arrive("new", Heavy);

        Assert.Equal(10, shares.Of("new"));
    }

    [Fact]
    public void Arrive_AfterLittleUse_HasAtMostTheCredit()
    {
        shares.Arrive("heavy", new HashSet<string>());
        shares.Arrive("light", Heavy);
        shares.Charge("light", 1);
        shares.Charge("heavy", 2);
        shares.Arrive("light", Heavy);
        Assert.Equal(1, shares.Of("light"));

        shares.Charge("heavy", 8);
        shares.Arrive("light", Heavy);

        Assert.Equal(8.5, shares.Of("light"));
    }

    [Fact]
    public void Arrive_AgainAfterCancelling_KeepsTheLead()
    {
        shares.Arrive("heavy", new HashSet<string>());
        shares.Arrive("restless", Heavy);
        shares.Charge("restless", 4);
        shares.Charge("heavy", 1);

        shares.Arrive("restless", Heavy);

        Assert.Equal(4, shares.Of("restless"));
    }

    [Fact]
    public void Arrive_AtAnIdleEngine_NobodyIsBehind()
    {
        shares.Arrive("heavy", new HashSet<string>());
        shares.Charge("heavy", 100);

        shares.Arrive("other", new HashSet<string>());
        shares.Arrive("heavy", new HashSet<string> { "other" });

        Assert.Equal((100, 100), (shares.Of("other"), shares.Of("heavy")));
    }
}
