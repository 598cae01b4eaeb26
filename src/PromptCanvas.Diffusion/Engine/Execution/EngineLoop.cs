using PromptCanvas.Diffusion.Engine.Conditioning;
using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Engine.Origins;
using PromptCanvas.Diffusion.Engine.Stages;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>The lanes and their turns. Used by one thread.</summary>
internal sealed class EngineLoop
{
    private readonly EngineOptions options;
    private readonly TimeProvider clock;
    private readonly string modelName;
    private readonly SchedulerSettings decoderScheduler;
    private readonly LaneAdmission admission;
    private readonly EmbeddingQueue embeddings;
    private readonly Stage[] stages;
    private readonly LaneScheduler scheduler;
    private readonly List<ActiveRequest> requests = [];
    private readonly List<Lane> lanes = [];

    public EngineLoop(UnClipModel model, EngineOptions options, INoiseSource noise, TimeProvider clock)
    {
        this.options = options;
        this.clock = clock;
        modelName = model.Name;
        decoderScheduler = model.Decoder.Scheduler;
        scheduler = new LaneScheduler(options, clock);
        Encoder = new ClipEncoder(model);
        admission = new LaneAdmission(model, Encoder, noise);
        embeddings = new EmbeddingQueue(Encoder, options.MaxBatch);
        stages =
        [
            model.AutoregressivePrior is { } prior ? new EitherPriorStage(model, prior, noise) : new PriorStage(model, noise),
            model.Latents is { } latents ? new LatentDecoderStage(model, latents, noise) : new DecoderStage(model, noise),
            .. model.SuperResolution.Select((component, index) => new SuperResolutionStage(component, index, noise)),
        ];
    }

    /// <summary>The model's CLIP. Callers prepare inputs on their own threads; only the engine's thread runs it.</summary>
    public ClipEncoder Encoder { get; }

    public void Admit(ActiveRequest request)
    {
        scheduler.Arrive(request.Request.Person, requests.Select(present => present.Request.Person).ToHashSet());
        requests.Add(request);
    }

    public void Admit(EmbeddingWork work) => embeddings.Add(work);

    /// <summary>Runs one turn: embeds waiting inputs, admits pictures while there is capacity, runs one network once, advances its lanes.</summary>
    /// <returns>False when there is nothing to do.</returns>
    public bool Turn(CancellationToken stopping)
    {
        var embedded = embeddings.Turn(stopping);
        DropCancelled();
        FillLanes(stopping);
        if (lanes.Count == 0)
        {
            return embedded;
        }

        var batch = scheduler.NextBatch(lanes, stages);
        BringIn(batch, stopping);
        if (batch.Count > 0)
        {
            Guard([.. batch.Select(lane => lane.Request).Distinct()], () => RunBatch(batch, stopping));
            RemoveFinished();
        }

        return true;
    }

    public void CancelAll()
    {
        embeddings.CancelAll();
        FailAll(new OperationCanceledException("The engine stopped."));
    }

    /// <summary>Ends every request with a fault that belongs to none of them alone.</summary>
    public void FailAll(Exception fault)
    {
        foreach (var request in requests)
        {
            request.Complete(fault);
        }

        requests.Clear();
        lanes.Clear();
        embeddings.FailAll(fault);
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
        DropUnwanted();
    }

    /// <summary>Drops single cancelled pictures whose request continues.</summary>
    private void DropUnwanted()
    {
        foreach (var lane in lanes.Where(lane => lane.IsDropped).ToList())
        {
            lanes.Remove(lane);
            lane.Request.FinishPicture(new ImageDropped(lane.ImageIndex, lane.Seed));
        }

        foreach (var request in requests)
        {
            foreach (var index in request.TakeUnwanted())
            {
                request.FinishPicture(new ImageDropped(index, request.Request.SeedOf(index)));
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
            Guard([request], () =>
            {
                var lane = admission.Next(request, stopping);
                lane.WorkTotal = TotalWork(request);
                if (lane.IsResumed)
                {
                    lane.WorkDone = lane.WorkTotal - WorkFrom(lane.StageIndex, request);
                }

                // An upsampler gives a lane its state when it first runs.
                if (!stages[lane.StageIndex].IsLate)
                {
                    stages[lane.StageIndex].Enter(lane, stopping);
                }

                lane.ReadySince = clock.GetTimestamp();
                lanes.Add(lane);
            });
            RemoveFinished();
        }
    }

    /// <summary>Creates the state of lanes that run in this stage for the first time; lanes for which this fails drop out.</summary>
    private void BringIn(List<Lane> batch, CancellationToken stopping)
    {
        foreach (var lane in batch)
        {
            if (!lane.HasEntered)
            {
                Guard([lane.Request], () => stages[lane.StageIndex].Enter(lane, stopping));
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
        if (IsLastOf(batch))
        {
            network.ReleaseScratchAfterNextRun();
        }

        var start = clock.GetTimestamp();
        if (Predict(stage, batch, rows, stopping) is not { } output)
        {
            return;
        }

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
        network.Recycle(output);
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

    /// <summary>Runs the stage's network; null when every lane was cancelled meanwhile, which the next turn drops.</summary>
    private NetworkTensor? Predict(Stage stage, List<Lane> batch, int rows, CancellationToken stopping)
    {
        using var watch = new BatchWatch(batch, clock, stopping);
        try
        {
            var predicted = stage.Predict(batch, rows, watch.Token);
            watch.ThrowIfFailed();
            return predicted;
        }
        catch (OperationCanceledException) when (watch.IsAbandoned && !stopping.IsCancellationRequested)
        {
            watch.ThrowIfFailed();
            return null;
        }
    }

    /// <summary>Whether no picture, in the making or waiting, will come to these lanes' stage after this step.</summary>
    private bool IsLastOf(List<Lane> batch)
    {
        foreach (var lane in lanes)
        {
            var comesLater = lane.StageIndex <= batch[0].StageIndex && !batch.Contains(lane);
            if (comesLater || (batch.Contains(lane) && !lane.State.IsLastOfNetwork))
            {
                return false;
            }
        }

        return requests.TrueForAll(request => !request.HasNextLane);
    }

    private void AfterStep(Lane lane, Stage stage, CancellationToken stopping)
    {
        Report(lane, stage);
        if (!lane.State.IsDone)
        {
            return;
        }

        stage.Leave(lane);
        if (!lane.State.IsDone)
        {
            // The stage draws another sample.
            return;
        }

        if (lane.Preparation is not null)
        {
            lanes.Remove(lane);
            lane.Request.PreparationWork += lane.WorkDone;
            lane.Request.FinishPreparation(lane);
            return;
        }

        lane.StageIndex++;
        lane.State = StageState.None;
        if (lane.StageIndex == lane.Request.StageCount)
        {
            Finish(lane);
        }
        else
        {
            ReportStage(lane, stage);
            if (!stages[lane.StageIndex].IsLate)
            {
                Guard([lane.Request], () => stages[lane.StageIndex].Enter(lane, stopping));
            }
        }
    }

    private void ReportStage(Lane lane, Stage done)
    {
        if (lane.Request.Request.ReportsStages)
        {
            lane.Request.Emit(new StageCompleted(
                lane.ImageIndex, lane.Seed, new StageResult(done.Kind, lane.ImageEmbedding, lane.Picture, TimingsOf(lane)))
            {
                Recipe = lane.Request.Describe(modelName, lane.ImageIndex),
            });
        }
    }

    private void Report(Lane lane, Stage stage)
    {
        if (lane.Preparation is not null)
        {
            ReportPreparation(lane, stage);
            return;
        }

        var preview = stage.ImageSize > 0 && lane.Request.WantsPreview(lane.ImageIndex, options.MaxUnreadPreviews) ? stage.PredictedImage(lane) : null;
        lane.HasPreview |= stage.ImageSize > 0;
        lane.Request.HasPreview |= lane.HasPreview;
        lane.Request.Emit(new StepCompleted(
            lane.ImageIndex,
            lane.Seed,
            stage.Kind,
            (lane.State.Round * lane.State.Steps) + lane.State.Step,
            lane.State.Rounds * lane.State.Steps,
            Math.Min(1, lane.WorkDone / lane.WorkTotal),
            preview));
    }

    /// <summary>Reports the progress of a shared preparation for each waiting picture.</summary>
    private static void ReportPreparation(Lane lane, Stage stage)
    {
        var request = lane.Request;
        var kind = lane.Preparation is InversionPreparation ? GenerationStage.Inversion : stage.Kind;
        var (step, steps) = ((lane.State.Round * lane.State.Steps) + lane.State.Step, lane.State.Rounds * lane.State.Steps);
        var progress = Math.Min(1, (request.PreparationWork + lane.WorkDone) / lane.WorkTotal);
        foreach (var index in request.Waiting)
        {
            request.Emit(new StepCompleted(index, request.Request.SeedOf(index), kind, step, steps, progress, null));
        }
    }

    private void Finish(Lane lane)
    {
        lanes.Remove(lane);
        var picture = lane.Picture!;
        var (width, height) = lane.Request.Plan.Finished;
        if (picture.Width != width || picture.Height != height)
        {
            var resized = new float[SignedImage.Channels * width * height];
            new BicubicResampler(picture.Width, picture.Height, width, height).Resample(picture.Values, resized);
            picture = new SignedImage(width, height, resized);
        }

        if (lane.Request.Request is { Known: null, Origin: null } && Numbers.AreAllBlack(picture.Values))
        {
            // A picture made from a black picture may be black; otherwise all black is a numerical fault without a NaN.
            Fail(lane, "The model gave an all-black picture for this seed: try another seed.");
            return;
        }

        lane.Request.FinishPicture(new ImageCompleted(
            lane.ImageIndex, lane.Seed, picture, lane.ImageEmbedding, lane.Request.Describe(modelName, lane.ImageIndex), TimingsOf(lane)));
    }

    private StageTiming[] TimingsOf(Lane lane) => [.. lane.Seconds.Select((seconds, index) => new StageTiming(stages[index].Kind, seconds))];

    private void Fail(Lane lane, string reason)
    {
        lanes.Remove(lane);
        foreach (var index in lane.Request.Lose(lane))
        {
            lane.Request.FinishPicture(new ImageFailed(index, lane.Request.Request.SeedOf(index), reason) { OfItsSeed = true });
        }
    }

    /// <summary>Hands a fault to the readers of the requests it hit; the others go on.</summary>
    private static void Guard(List<ActiveRequest> hit, Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Nothing is swallowed: the fault travels to every request it ends.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            foreach (var request in hit)
            {
                request.Complete(fault);
            }
        }
    }

    /// <summary>The work of one picture, with all that is made ready for its request.</summary>
    private double TotalWork(ActiveRequest request) =>
        (request.Inversions * DecoderStage.InversionRows(decoderScheduler, request.Plan.Decoder) * stages[StageIndices.Decoder].WorkPerRow)
        + (request.PriorSamples * PriorWork(request))
        + (request.PriorSamples > 0 && request.Plan.SamplesNegative ? request.Plan.Prior.Steps * stages[StageIndices.Prior].WorkPerRow : 0)
        + WorkFrom(StageIndices.Decoder, request);

    /// <summary>The work of one picture from a stage after the prior on.</summary>
    private double WorkFrom(int stageIndex, ActiveRequest request)
    {
        var plan = request.Plan;
        var work = stageIndex > StageIndices.Decoder
            ? 0
            : (Stage.TotalRows(plan.Decoder, plan.RePaints, plan.DecoderStart) + stages[StageIndices.Decoder].ClosingSteps)
                * stages[StageIndices.Decoder].WorkPerRow;
        for (var index = Math.Max(0, stageIndex - StageIndices.FirstUpsampler); index < plan.SuperResolution.Length; index++)
        {
            work += Stage.TotalRows(plan.SuperResolution[index]) * stages[StageIndices.FirstUpsampler + index].WorkPerRow;
        }

        return work;
    }

    private double PriorWork(ActiveRequest request)
    {
        if (request.Request.Overrides.Conditioning == ConditioningMode.AutoregressivePrior)
        {
            var (recipe, count) = request.Plan.Tokens;
            return (recipe.GuidanceScale == 1 ? 1 : 2) * count * stages[StageIndices.Prior].WorkPerRow;
        }

        return Stage.TotalRows(request.Plan.Prior) * stages[StageIndices.Prior].WorkPerRow;
    }
}
