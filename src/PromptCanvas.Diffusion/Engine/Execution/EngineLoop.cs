using PromptCanvas.Diffusion.Engine.Conditioning;
using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Engine.Stages;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>The lanes and their turns. Used by one thread.</summary>
internal sealed class EngineLoop
{
    private readonly TimeProvider clock;
    private readonly LaneAdmission admission;
    private readonly EmbeddingQueue embeddings;
    private readonly Stage[] stages;
    private readonly LaneWork work;
    private readonly LaneReports reports;
    private readonly LaneScheduler scheduler;
    private readonly HeldScratch scratch = new();
    private readonly List<ActiveRequest> requests = [];
    private readonly List<Lane> lanes = [];
    private readonly int maxLanes;

    public EngineLoop(UnClipModel model, EngineOptions options, INoiseSource noise, TimeProvider clock)
    {
        this.clock = clock;
        maxLanes = options.MaxLanes;
        scheduler = new LaneScheduler(options, clock);
        Encoder = new ClipEncoder(model);
        admission = new LaneAdmission(model, Encoder, noise);
        embeddings = new EmbeddingQueue(Encoder, options.MaxBatch);
        stages = ModelStages.Of(model, noise);
        work = new LaneWork(model.Decoder.Scheduler, stages);
        reports = new LaneReports(model.Name, options.MaxUnreadPreviews, stages);
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
        LaneRoom.Make(requests, lanes, maxLanes);
        FillLanes(stopping);
        if (lanes.Count == 0)
        {
            return embedded;
        }

        var batch = scheduler.NextBatch(lanes, stages);
        BringIn(batch, stopping);
        if (batch.Count > 0)
        {
            RequestFaults.Guard([.. batch.Select(lane => lane.Request).Distinct()], () => RunBatch(batch, stopping));
            RemoveFinished();
        }

        return true;
    }

    /// <summary>Releases the memory that stopped pictures left, after a turn with nothing to do.</summary>
    /// <param name="interrupted">There is work again.</param>
    public void Rest(CancellationToken interrupted) => scratch.Release(interrupted);

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
            RequestFaults.Guard([request], () =>
            {
                var lane = admission.Next(request, stopping);
                lane.WorkTotal = work.Total(request);
                if (lane.IsResumed)
                {
                    lane.WorkDone = lane.WorkTotal - work.From(lane.StageIndex, request);
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
                RequestFaults.Guard([lane.Request], () => stages[lane.StageIndex].Enter(lane, stopping));
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
        var releases = IsLastOf(batch);
        scratch.Holds(network);
        if (releases)
        {
            network.ReleaseScratchAfterNextRun();
        }

        var start = clock.GetTimestamp();
        if (Predict(stage, batch, rows, stopping) is not { } output)
        {
            return;
        }

        if (releases)
        {
            scratch.Released(network);
        }

        var end = clock.GetTimestamp();
        var seconds = clock.GetElapsedTime(start, end).TotalSeconds;
        scheduler.Ran(stage, network, batch, rows, seconds);
        foreach (var lane in batch)
        {
            lane.Ran(seconds * lane.State.Rows / rows, lane.State.Rows * stage.WorkPerRow, end);
        }

        var lost = stage.Move(batch, output);
        network.Recycle(output);
        foreach (var lane in batch)
        {
            if (lost.Contains(lane))
            {
                lanes.Remove(lane);
                LaneReports.Lost(lane, "The model produced no usable picture for this seed (not a number): try another seed.");
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
        reports.Step(lane, stage);
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

        if (lane.StageIndex == StageIndices.Prior)
        {
            lane.ImageEmbedding = lane.Request.Styled(lane.ImageEmbedding);
        }

        lane.StageIndex++;
        lane.State = StageState.None;
        if (lane.StageIndex == lane.Request.StageCount)
        {
            lanes.Remove(lane);
            reports.Finished(lane);
        }
        else
        {
            reports.StageDone(lane, stage);
            if (!stages[lane.StageIndex].IsLate)
            {
                RequestFaults.Guard([lane.Request], () => stages[lane.StageIndex].Enter(lane, stopping));
            }
        }
    }
}
