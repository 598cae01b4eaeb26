using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>The operations that are counted before a picture are those that its networks run.</summary>
public sealed class WorkEstimateTests
{
    private const double PriorRow = 1_000_000;

    private readonly FakeModel fake = new() { Prior = { Operations = _ => PriorRow } };

    public WorkEstimateTests()
    {
        foreach (var network in new[] { fake.Decoder, fake.First, fake.Second })
        {
            network.Operations = grid => grid * grid;
        }
    }

    [Theory]
    [InlineData(FakeModel.ImageSize)]
    [InlineData(FakeModel.MiddleSize)]
    [InlineData(FakeModel.LargeSize)]
    public async Task OperationsOf_ARequest_AreThoseThatItsNetworksRun(int size)
    {
        var request = Request(size);
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        var counted = engine.OperationsOf(request);

        await foreach (var _ in engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
        }

        const int Unshuffle = 2;
        var run = Cost(fake.Prior, 0) + Cost(fake.Decoder, FakeModel.ImageSize / Unshuffle)
            + Cost(fake.First, FakeModel.MiddleSize / Unshuffle) + Cost(fake.Second, FakeModel.LargeSize / Unshuffle);
        Assert.True(run > 0);
        Assert.Equal(run, counted);
    }

    [Fact]
    public void OperationsOf_ADecoderThatDoesNotCount_AreNotKnown()
    {
        fake.Decoder.Operations = _ => 0;

        Assert.Equal(0, WorkEstimate.OperationsOf(fake.Model, Request(FakeModel.LargeSize)));
    }

    [Fact]
    public void OperationsOf_AModelThatReadsNoText_LeaveItsPriorOut()
    {
        var whole = WorkEstimate.OperationsOf(fake.Model, Request(FakeModel.ImageSize));
        var prior = 2 * 2 * FakeModel.DefaultRecipe.Prior.Steps * PriorRow;

        Assert.Equal(whole - prior, WorkEstimate.OperationsOf(fake.Model with { WithoutText = "It draws from pictures only." }, Request(FakeModel.ImageSize)));
    }

    private static double Cost(FakeNetwork network, int grid) => network.Rows.Sum() * network.Operations(grid);

    private static GenerationRequest Request(int size) => new() { Prompt = "fox", Seed = 1, Count = 2, Size = size };
}
