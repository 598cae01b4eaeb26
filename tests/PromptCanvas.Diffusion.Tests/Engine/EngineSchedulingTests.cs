using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Lanes;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>The rules of sharing, on a clock that only the networks move.</summary>
public sealed class EngineSchedulingTests
{
    private static readonly EngineOptions Defaults = new();

    [Fact]
    public void Turn_PersonArrivesAmongLargePictures_NoLargeStepComesBeforeTheirPreview()
    {
        var script = new EngineScript();
        script.Arrive("first", count: 8);
        script.TurnUntil(() => script.Fake.Second.Rows.Count == 3);
        var arrival = script.Clock.Now;

        var newcomer = script.Arrive("second");
        script.TurnUntil(() => script.FirstPreview(newcomer) is not null);

        // Twelve guided steps of the prior and one of the decoder, and nothing of other people.
        Assert.Equal(TimeSpan.FromMilliseconds((12 * 2 * 2) + 12), script.FirstPreview(newcomer) - arrival);
    }

    [Fact]
    public void Turn_NewcomersWithoutEnd_UpsamplersStandStillForTheirPatienceOnly()
    {
        var script = new EngineScript();
        script.Arrive("first", count: 2);
        script.TurnUntil(() => script.Fake.Second.Rows.Count == 1);
        var person = 0;

        // A new person arrives whenever all present have had a preview.
        script.TurnUntil(() =>
        {
            if (script.Happenings.Count(happening => happening.Event is StepCompleted { Stage: GenerationStage.Decoder, Step: 1 }) >= person + 2)
            {
                script.Arrive($"{person++}", size: FakeModel.ImageSize);
            }

            return script.Happenings.Any(happening => happening.Event is ImageCompleted && happening.Request.Request.Person == "first");
        });

        var late = script.Runs.Where(run => run.Network == script.Fake.First || run.Network == script.Fake.Second).ToList();
        var longestEarlyStep = TimeSpan.FromMilliseconds(Defaults.MaxBatch * 12);
        Assert.True(person > 5, $"Only {person} newcomers: they were no rush.");
        Assert.All(late.Zip(late.Skip(1)), pair => Assert.InRange(pair.Second.Start - pair.First.End, TimeSpan.Zero, Defaults.LatePatience + longestEarlyStep));
    }

    [Fact]
    public void Turn_PersonWithoutPreview_StepsTowardsItComeAtLeastEveryInterval()
    {
        var script = new EngineScript(costs: StepCosts.Of(prior: 10, decoder: 10, first: 5, second: 30));
        script.Arrive("first", count: 10);
        script.TurnUntil(() => script.Fake.Second.Rows.Count == 2);
        var newcomer = script.Arrive("second", count: 10);
        var arrival = script.Clock.Now;

        script.TurnUntil(() => script.FirstPreview(newcomer) is not null);

        var since = script.Runs.Where(run => run.Start >= arrival).ToList();
        var early = since.Where(run => run.Network == script.Fake.Prior || run.Network == script.Fake.Decoder).ToList();
        Assert.All(early.Zip(early.Skip(1)), pair => Assert.InRange(pair.Second.Start - pair.First.End, TimeSpan.Zero, Defaults.FirstPreviewInterval));

        // A full upsampler batch ends within the interval, so it runs in between and delays no preview too long.
        Assert.Contains(since, run => run.Network == script.Fake.Second);
    }

    [Fact]
    public void Turn_UpsamplersBatchIsNotFull_RunsOnceItsPatienceIsOver()
    {
        // The decoder has the highest row rate, and always has rows.
        var script = new EngineScript();
        script.Arrive("first", size: FakeModel.MiddleSize);
        script.TurnUntil(() => script.Fake.First.Rows.Count == 1);
        var paused = script.Clock.Now;
        var others = Enumerable.Range(0, 6).Select(person => script.Arrive($"{person}", size: FakeModel.ImageSize)).ToList();
        script.TurnUntil(() => script.Fake.First.Rows.Count == 2);

        var second = script.Runs.FindLast(run => run.Network == script.Fake.First)!;
        Assert.InRange(second.Start - paused, Defaults.LatePatience, Defaults.LatePatience + TimeSpan.FromMilliseconds(Defaults.MaxBatch * 12));
    }

    [Fact]
    public void Turn_OnePersonsUpsamplersAreFull_TheBatchRunsAtOnce()
    {
        var script = new EngineScript();
        script.Arrive("first", count: 4, size: FakeModel.MiddleSize);
        script.TurnUntil(() => script.Fake.First.Rows.Count == 2);

        Assert.Equal([4, 4], script.Fake.First.Rows);
    }

    [Fact]
    public void Turn_OnePictureAmongTen_TakesAtMostTwiceItsTimeAloneAndTheLead()
    {
        var alone = new EngineScript();
        var picture = alone.Arrive("only");
        alone.Finish();
        var script = new EngineScript();
        script.Arrive("many", count: 10);
        script.TurnUntil(() => script.Fake.Second.Rows.Count == 2);
        var arrival = script.Clock.Now;

        var one = script.Arrive("one");
        script.TurnUntil(() => one.IsOver);

        var largestStep = TimeSpan.FromMilliseconds(4 * 80);
        Assert.InRange(script.End(one)!.Value - arrival, TimeSpan.Zero, (2 * alone.End(picture)!.Value) + Defaults.MaxLead + largestStep);
    }

    [Fact]
    public void Turn_OnePersonFillsTheEngine_RoomIsKeptForTheNext()
    {
        var script = new EngineScript(new EngineOptions { MaxLanes = 8, ReservedShare = 0.25 });
        script.Arrive("many", count: 10);
        script.Arrive("many", count: 10);
        script.TurnUntil(() => script.Fake.Second.Rows.Count == 1);
        var begun = script.Happenings.Where(happening => happening.Event is StepCompleted).Select(happening => (happening.Request, happening.Event.ImageIndex)).Distinct().Count();

        var newcomer = script.Arrive("next", count: 2);
        script.TurnUntil(() => script.FirstPreview(newcomer) is not null);

        Assert.Equal(6, begun);
        Assert.DoesNotContain(script.Happenings, happening => happening.Event is ImageCompleted);
    }

    [Fact]
    public void Turn_ManyPeopleComeWhileTheFirstFillTheEngine_EachHasAPreviewBeforeAnybodysSecondPicture()
    {
        var script = new EngineScript(new EngineOptions { MaxLanes = 8, ReservedShare = 0.25, MaxBatch = 4 }, StepCosts.Starter with { BatchIsFree = true });
        List<ActiveRequest> requests = [script.Arrive("0", count: 4), script.Arrive("1", count: 4)];
        script.Turn();
        requests.AddRange(Enumerable.Range(2, 6).Select(person => script.Arrive($"{person}", count: 4)));

        script.Finish();

        var previews = script.Happenings.Where(happening => happening.Event is StepCompleted { PredictedImage: not null })
            .Select(happening => (happening.Request, happening.Event.ImageIndex)).Distinct().ToList();
        Assert.Equal(requests, previews.Take(requests.Count).Select(preview => preview.Request).OrderBy(request => request.Arrival));
        Assert.All(requests, request => Assert.True(request.IsOver));
        Assert.Equal(requests.Count * 4, script.Happenings.Count(happening => happening.Event is ImageCompleted));
    }

    [Fact]
    public void Turn_ManyLargePictures_OnlySoManyAreInsideTheUpsamplers()
    {
        var script = new EngineScript(new EngineOptions { MaxLateLanes = 3 });
        var requests = Enumerable.Range(0, 12).Select(person => script.Arrive($"{person}", count: 2)).ToList();
        var inside = new HashSet<(ActiveRequest, int)>();
        var most = 0;
        script.Finish();
        foreach (var happening in script.Happenings)
        {
            if (happening.Event is StepCompleted { Stage: GenerationStage.SuperResolution256 or GenerationStage.SuperResolution1024 } step)
            {
                if (step.Step < step.Steps)
                {
                    inside.Add((happening.Request, step.ImageIndex));
                }
                else
                {
                    inside.Remove((happening.Request, step.ImageIndex));
                }

                most = Math.Max(most, inside.Count);
            }
        }

        Assert.All(requests, request => Assert.True(request.IsOver));
        Assert.Equal(24, script.Happenings.Count(happening => happening.Event is ImageCompleted));
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public void Turn_PeopleInOneBatch_TakePlacesInTurn()
    {
        var script = new EngineScript(new EngineOptions { MaxBatch = 4 });
        script.Arrive("many", count: 10, size: FakeModel.ImageSize);
        script.Arrive("few", count: 2, size: FakeModel.ImageSize);

        script.Turn();

        // Two rows each with guidance: one picture of each person.
        Assert.Equal(["few", "many"], script.Happenings.Select(happening => happening.Request.Request.Person).Order());
    }

    [Theory]
    [InlineData(true, 1 + 4)]
    [InlineData(false, 1)]
    public void Turn_NewcomersRows_AreJoinedByOthersOnlyWhereBatchingPays(bool batchIsFree, int expected)
    {
        var script = new EngineScript(costs: StepCosts.Starter with { BatchIsFree = batchIsFree });

        // Small and large batches, so that their prices are known.
        script.Arrive("small", size: FakeModel.ImageSize);
        script.Finish();
        script.Arrive("large", count: 4, size: FakeModel.ImageSize);
        script.Finish();
        var others = script.Arrive("others", count: 4, size: FakeModel.ImageSize);
        script.TurnUntil(() => script.FirstPreview(others) is not null && script.Fake.Decoder.Rows[^1] == 4);
        var newcomer = script.Arrive("newcomer", size: FakeModel.ImageSize);
        var runs = script.Fake.Decoder.Rows.Count;

        script.TurnUntil(() => script.FirstPreview(newcomer) is not null);

        Assert.Equal(expected, script.Fake.Decoder.Rows[^1]);
        Assert.Equal(runs + 1, script.Fake.Decoder.Rows.Count);
    }

    [Fact]
    public void Turn_Cancelled_ItsRowsAreFreeInTheNextStep()
    {
        using var cancelling = new CancellationTokenSource();
        var script = new EngineScript();
        script.Arrive("first", count: 4, cancelledBy: cancelling);
        script.TurnUntil(() => script.Fake.Decoder.Rows.Count == 3);
        var other = script.Arrive("second", size: FakeModel.ImageSize);

        cancelling.Cancel();
        script.Finish();

        // One picture alone from here on: never more than two rows.
        Assert.True(other.IsOver);
        Assert.All(script.Fake.Decoder.Rows.Skip(3), rows => Assert.InRange(rows, 1, 2));
        Assert.Empty(script.Fake.First.Rows);
    }

    [Fact]
    public void Turn_SixteenPeopleAskAtOnce_FirstPreviewsComeInAFifthOfTheTimeOfOneAfterAnother()
    {
        const int people = 16;
        var shared = new EngineScript();
        var requests = Enumerable.Range(0, people).Select(person => shared.Arrive($"{person}", count: 4)).ToList();
        shared.Finish();
        var waits = requests.ConvertAll(request => shared.FirstPreview(request)!.Value.TotalSeconds);

        var queued = new EngineScript();
        var queuedWaits = new List<double>();
        for (var person = 0; person < people; person++)
        {
            var request = queued.Arrive($"{person}", count: 4);
            queued.Finish();
            queuedWaits.Add(queued.FirstPreview(request)!.Value.TotalSeconds);
        }

        waits.Sort();
        queuedWaits.Sort();
        Assert.True(waits[people / 2] <= 0.75 * waits[^1], "First previews come in the order of asking, not all at the end.");
        Assert.True(waits[^1] <= queuedWaits[^1] / 5, $"{waits[^1]:0.00} s beside {queuedWaits[^1]:0.00} s.");
        Assert.True(shared.Clock.Now <= 1.05 * queued.Clock.Now, $"{shared.Clock.Now} in all beside {queued.Clock.Now}.");
    }
}
