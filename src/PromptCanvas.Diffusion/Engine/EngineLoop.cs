using PromptCanvas.Diffusion.Engine.Stages;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>The lanes and their turns. Used by one thread.</summary>
internal sealed class EngineLoop
{
    private readonly EngineOptions options;
    private readonly TimeProvider clock;
    private readonly string modelName;
    private readonly TextConditioner texts;
    private readonly Stage[] stages;
    private readonly LaneScheduler scheduler;
    private readonly List<ActiveRequest> requests = [];
    private readonly List<Lane> lanes = [];

    public EngineLoop(UnClipModel model, EngineOptions options, INoiseSource noise, TimeProvider clock)
    {
        this.options = options;
        this.clock = clock;
        modelName = model.Name;
        scheduler = new LaneScheduler(options, clock);
        texts = new TextConditioner(model);
        stages =
        [
            new PriorStage(model, noise),
            new DecoderStage(model, noise),
            .. model.SuperResolution.Select((component, index) => new SuperResolutionStage(component, index, noise)),
        ];
    }

    public void Admit(ActiveRequest request)
    {
        scheduler.Arrive(request.Request.Person, requests.Select(present => present.Request.Person).ToHashSet());
        requests.Add(request);
    }

    /// <summary>Takes one turn: admits pictures while there is room, runs one network once, moves its lanes.</summary>
    /// <returns>False when there is nothing to do.</returns>
    public bool Turn(CancellationToken stopping)
    {
        DropCancelled();
        FillLanes(stopping);
        if (lanes.Count == 0)
        {
            return false;
        }

        var batch = scheduler.NextBatch(lanes, stages);
        BringIn(batch, stopping);
        if (batch.Count > 0)
        {
            Guard(batch, () => RunBatch(batch, stopping));
            RemoveFinished();
        }

        return true;
    }

    public void CancelAll()
    {
        foreach (var request in requests)
        {
            request.Complete(new OperationCanceledException("The engine stopped."));
        }

        requests.Clear();
        lanes.Clear();
    }

    private void DropCancelled()
    {
        foreach (var request in requests)
        {
            if (!request.IsOver && request.Cancelled.IsCancellationRequested)
            {
                request.Complete(new OperationCanceledException(request.Cancelled));
            }
        }

        RemoveFinished();
    }

    private void RemoveFinished()
    {
        lanes.RemoveAll(lane => lane.Request.IsOver);
        requests.RemoveAll(request => request.IsOver);
    }

    private void FillLanes(CancellationToken stopping)
    {
        while (scheduler.NextToAdmit(requests, lanes) is { } request)
        {
            var lane = new Lane(request, request.Waiting.Dequeue()) { WorkTotal = TotalWork(request) };
            Guard([lane], () =>
            {
                request.Texts ??= texts.Encode(request.Request.Prompt, request.Request.NegativePrompt, stopping);
                lane.StageIndex = FirstStage(request.Request.Overrides.Conditioning);
                if (request.Request.Overrides.Conditioning == ConditioningMode.TextEmbedding)
                {
                    lane.ImageEmbedding = request.Texts.Prompt.Embedding;
                }

                stages[lane.StageIndex].Enter(lane, stopping);
                lane.ReadySince = clock.GetTimestamp();
                lanes.Add(lane);
            });
            RemoveFinished();
        }
    }

    /// <summary>Gives the lanes that run here for the first time their state; those it fails for drop out.</summary>
    private void BringIn(List<Lane> batch, CancellationToken stopping)
    {
        foreach (var lane in batch)
        {
            if (!lane.HasEntered)
            {
                Guard([lane], () => stages[lane.StageIndex].Enter(lane, stopping));
            }
        }

        batch.RemoveAll(lane => lane.Request.IsOver);
        RemoveFinished();
    }

    private void RunBatch(List<Lane> batch, CancellationToken stopping)
    {
        var stage = stages[batch[0].StageIndex];
        var rows = batch.Sum(lane => lane.State.Rows);
        var network = stage.NetworkOf(batch[0]);
        var start = clock.GetTimestamp();
        var output = stage.Predict(batch, rows, stopping);
        var end = clock.GetTimestamp();
        var seconds = clock.GetElapsedTime(start, end).TotalSeconds;
        scheduler.Ran(stage, network, batch, rows, seconds);
        foreach (var lane in batch)
        {
            lane.Seconds[lane.StageIndex] += seconds * lane.State.Rows / rows;
            lane.WorkDone += lane.State.Rows * stage.WorkPerRow;
            lane.ReadySince = end;
        }

        var lost = stage.Move(batch, output);
        foreach (var lane in batch)
        {
            if (lost.Contains(lane))
            {
                Fail(lane, "The model gave no usable picture for this seed (not a number): try another seed.");
            }
            else if (!lane.Request.IsOver)
            {
                AfterStep(lane, stage, stopping);
            }
        }
    }

    private void AfterStep(Lane lane, Stage stage, CancellationToken stopping)
    {
        Report(lane, stage);
        if (!lane.State.IsDone)
        {
            return;
        }

        stage.Leave(lane);
        lane.StageIndex++;
        lane.State = StageState.None;
        if (lane.StageIndex == lane.Request.StageCount)
        {
            Finish(lane);
        }
        else if (!stages[lane.StageIndex].IsLate)
        {
            Guard([lane], () => stages[lane.StageIndex].Enter(lane, stopping));
        }
    }

    private void Report(Lane lane, Stage stage)
    {
        var preview = stage.ImageSize > 0 && lane.Request.WantsPreview(options.MaxUnreadPreviews) ? stage.PredictedImage(lane) : null;
        lane.HasPreview |= stage.ImageSize > 0;
        lane.Request.HasPreview |= lane.HasPreview;
        lane.Request.Emit(new StepCompleted(
            lane.ImageIndex,
            lane.Seed,
            stage.Kind,
            lane.State.Step,
            lane.State.Steps,
            Math.Min(1, lane.WorkDone / lane.WorkTotal),
            preview));
    }

    private void Finish(Lane lane)
    {
        lanes.Remove(lane);
        var picture = lane.Picture!;
        var size = lane.Request.Plan.Size;
        if (picture.Width != size)
        {
            var resized = new float[SignedImage.Channels * size * size];
            new BicubicResampler(picture.Width, picture.Height, size, size).Resample(picture.Values, resized);
            picture = new SignedImage(size, size, resized);
        }

        var timings = lane.Seconds.Select((seconds, index) => new StageTiming(stages[index].Kind, seconds)).ToArray();
        lane.Request.FinishPicture(new ImageCompleted(
            lane.ImageIndex, lane.Seed, picture, lane.ImageEmbedding, lane.Request.Plan.Describe(modelName), timings));
    }

    private void Fail(Lane lane, string reason)
    {
        lanes.Remove(lane);
        lane.Request.FinishPicture(new ImageFailed(lane.ImageIndex, lane.Seed, reason));
    }

    /// <summary>Hands a fault to the readers of the requests it hit; the others go on.</summary>
    private static void Guard(List<Lane> hit, Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Nothing is swallowed: the fault travels to every request it ends.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            foreach (var lane in hit)
            {
                lane.Request.Complete(fault);
            }
        }
    }

    /// <summary>Only the diffusion prior has steps of its own; the ablations start at the decoder.</summary>
    private static int FirstStage(ConditioningMode conditioning) => conditioning == ConditioningMode.DiffusionPrior ? 0 : 1;

    private double TotalWork(ActiveRequest request)
    {
        var plan = request.Plan;
        var work = Stage.TotalRows(plan.Decoder) * stages[1].WorkPerRow;
        if (FirstStage(request.Request.Overrides.Conditioning) == 0)
        {
            work += Stage.TotalRows(plan.Prior) * stages[0].WorkPerRow;
        }

        for (var index = 0; index < plan.SuperResolution.Length; index++)
        {
            work += Stage.TotalRows(plan.SuperResolution[index]) * stages[2 + index].WorkPerRow;
        }

        return work;
    }
}
