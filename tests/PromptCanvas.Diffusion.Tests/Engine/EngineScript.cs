using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>An engine without its thread; its networks take scripted times on a manual clock.</summary>
internal sealed class EngineScript
{
    /// <summary>Steps and guidance of the starter.</summary>
    private static readonly ModelRecipe Recipe = new()
    {
        Prior = new StageRecipe(SamplerKind.DpmSolverPlusPlus, 12) { GuidanceScale = 2 },
        Decoder = new StageRecipe(SamplerKind.DpmSolverPlusPlus, 18) { GuidanceScale = 3, GuidanceInterval = new GuidanceInterval(1.0 / 3, 2.0 / 3) },
        SuperResolution = [new StageRecipe(SamplerKind.Ddim, 4), new StageRecipe(SamplerKind.Ddim, 3)],
        Sizes = [FakeModel.ImageSize, FakeModel.MiddleSize, FakeModel.LargeSize],
    };

    private readonly StepCosts costs;
    private readonly EngineLoop loop;
    private readonly List<ActiveRequest> open = [];
    private long arrivals;

    public EngineScript(EngineOptions? options = null, StepCosts? costs = null)
    {
        this.costs = costs ??= StepCosts.Starter;
        Fake = new FakeModel(Recipe);
        Charge(Fake.Prior, costs.Prior);
        Charge(Fake.Decoder, costs.Decoder);
        Charge(Fake.First, costs.First);
        Charge(Fake.Second, costs.Second);

        // Four middle pictures or one large one fill a batch, as 256² and 1024² do.
        options = (options ?? new EngineOptions()) with { MaxBatchPixels = 4 * FakeModel.MiddleSize * FakeModel.MiddleSize };
        loop = new EngineLoop(Fake.Model, options, new PhiloxNoiseSource(), Clock);
    }

    public FakeModel Fake { get; }

    public ManualClock Clock { get; } = new();

    /// <summary>Every run: when it began and ended, and whose network it was.</summary>
    public List<Run> Runs { get; } = [];

    /// <summary>Everything that happened to pictures, with its time.</summary>
    public List<Happening> Happenings { get; } = [];

    public ActiveRequest Arrive(string person, int count = 1, int size = FakeModel.LargeSize, CancellationTokenSource? cancelledBy = null)
    {
        var request = new GenerationRequest { Prompt = "abc", Seed = 1, Count = count, Size = size, Person = person };
        var active = new ActiveRequest(request, StagePlan.Create(Fake.Model, request), arrivals++, cancelledBy?.Token ?? CancellationToken.None);
        open.Add(active);
        loop.Admit(active);
        return active;
    }

    /// <summary>One turn of the engine; false when it has nothing to do.</summary>
    public bool Turn()
    {
        var worked = loop.Turn(CancellationToken.None);
        foreach (var request in open)
        {
            while (request.Events.TryRead(out var value))
            {
                Happenings.Add(new Happening(Clock.Now, request, value));
            }
        }

        open.RemoveAll(request => request.IsOver);
        return worked;
    }

    public void TurnUntil(Func<bool> condition)
    {
        while (!condition())
        {
            Assert.True(Turn(), "The engine has nothing left to do.");
        }
    }

    public void Finish()
    {
        while (Turn())
        {
        }
    }

    public TimeSpan? FirstPreview(ActiveRequest request) =>
        Happenings.Find(happening => happening.Request == request && happening.Event is StepCompleted { PredictedImage: not null })?.Time;

    public TimeSpan? End(ActiveRequest request) =>
        request.IsOver ? Happenings.FindLast(happening => happening.Request == request)?.Time : null;

    private void Charge(FakeNetwork network, TimeSpan perRow) => network.BeforeFunction = rows =>
    {
        var start = Clock.Now;
        Clock.Advance(costs.BatchIsFree ? perRow : rows * perRow);
        Runs.Add(new Run(start, Clock.Now, network, rows));
    };
}

/// <summary>The scripted time per row of each network.</summary>
internal sealed record StepCosts(TimeSpan Prior, TimeSpan Decoder, TimeSpan First, TimeSpan Second)
{
    /// <summary>Whether a run costs the same with any number of rows.</summary>
    public bool BatchIsFree { get; init; }

    /// <summary>The starter's, on two cores.</summary>
    public static StepCosts Starter { get; } = Of(2, 12, 80, 180);

    public static StepCosts Of(double prior, double decoder, double first, double second) => new(
        TimeSpan.FromMilliseconds(prior), TimeSpan.FromMilliseconds(decoder), TimeSpan.FromMilliseconds(first), TimeSpan.FromMilliseconds(second));
}

internal sealed record Run(TimeSpan Start, TimeSpan End, FakeNetwork Network, int Rows);

internal sealed record Happening(TimeSpan Time, ActiveRequest Request, GenerationEvent Event);
