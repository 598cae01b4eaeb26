using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Engine.Stages;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Decides whose pictures come onto the device, which network runs next, and for whom. Used by one thread.</summary>
/// <remarks>
/// Eligible to decide: all people except those who are <see cref="EngineOptions.MaxLead"/> of device time ahead of the least
/// served, or <see cref="EngineOptions.MaxPreviewLead"/> with a request without a preview. For them, in this order: (1) while a picture has no preview, the steps towards it, except that an upsampler that has waited
/// for <see cref="EngineOptions.LatePatience"/> goes first, and a full batch of one runs in between if it ends within
/// <see cref="EngineOptions.FirstPreviewInterval"/>; (2) upsamplers with a full batch or out of patience; (3) the network
/// with the most rows a second. Places in the batch: pictures without a preview, then one for each person in turn, then
/// the picture nearest to its end; the others join only where a network is measured to take more rows for less each, as
/// on a GPU. Patience counts from an upsampler's last step: with many large pictures each of them
/// always waits longer, and every first preview would wait for a large step between two of its own.
/// </remarks>
internal sealed class LaneScheduler(EngineOptions options, TimeProvider clock)
{
    private readonly PersonShares shares = new(options.AbsenceCredit.TotalSeconds);
    private readonly Dictionary<INetwork, NetworkPace> paces = [];
    private long? lastEarlyStep;
    private long? lastLateStep;

    /// <summary>A request arrives; its person joins at the level of those present.</summary>
    public void Arrive(string person, IReadOnlySet<string> present) => shares.Arrive(person, present);

    /// <summary>The request that may bring its next picture into the engine: first people who have none there, then the least served person, then the order of arrival.</summary>
    /// <returns>Null when none waits, or when the remaining capacity is reserved for people who have no picture in the engine.</returns>
    public ActiveRequest? NextToAdmit(IReadOnlyList<ActiveRequest> requests, IReadOnlyList<Lane> lanes)
    {
        var open = options.MaxLanes - lanes.Count;
        if (open <= 0)
        {
            return null;
        }

        var served = new HashSet<string>();
        foreach (var lane in lanes)
        {
            served.Add(lane.Request.Request.Person);
        }

        ActiveRequest? best = null;
        foreach (var request in requests)
        {
            var hasLane = served.Contains(request.Request.Person);
            if (request.HasNextLane && (!hasLane || open > options.ReservedLanes) && (best is null || CompareToAdmit(request, best, served) < 0))
            {
                best = request;
            }
        }

        return best;
    }

    /// <summary>The lanes of the next run, in the order of their rows; all in one stage and one network.</summary>
    /// <param name="lanes">Every lane, at least one.</param>
    /// <param name="stages">The engine's stages.</param>
    public List<Lane> NextBatch(IReadOnlyList<Lane> lanes, IReadOnlyList<Stage> stages)
    {
        var lateCapacity = LateCapacity(lanes, stages);
        return Fill(Choose(Candidates(lanes, stages, lateCapacity)), lateCapacity);
    }

    /// <summary>Books a run: on the people, by their rows, and on the network's pace.</summary>
    public void Ran(Stage stage, INetwork network, IReadOnlyList<Lane> batch, int rows, double seconds)
    {
        foreach (var lane in batch)
        {
            shares.Charge(lane.Request.Request.Person, seconds * lane.State.Rows / rows);
        }

        PaceOf(network).Ran(rows, MaxRows(stage, batch[0]), seconds);
        var now = clock.GetTimestamp();
        if (stage.IsLate)
        {
            lastLateStep = now;
        }
        else
        {
            lastEarlyStep = now;
        }
    }

    private List<BatchCandidate> Candidates(IReadOnlyList<Lane> lanes, IReadOnlyList<Stage> stages, int lateCapacity)
    {
        var least = double.PositiveInfinity;
        foreach (var lane in lanes)
        {
            if (MayEnter(lane, stages, lateCapacity))
            {
                least = Math.Min(least, shares.Of(lane.Request.Request.Person));
            }
        }

        var candidates = new List<BatchCandidate>();
        foreach (var lane in lanes)
        {
            if (!MayEnter(lane, stages, lateCapacity))
            {
                continue;
            }

            var stage = stages[lane.StageIndex];
            var candidate = Find(candidates, lane, stage, stage.NetworkOf(lane));
            candidate.Lanes.Add(lane);
            var lead = lane.Request.HasPreview ? options.MaxLead : options.MaxPreviewLead;
            if (shares.Of(lane.Request.Request.Person) <= least + lead.TotalSeconds)
            {
                candidate.Deciding.Add(lane);
                candidate.LeadsToFirstPreview |= !lane.HasPreview;
            }
        }

        return candidates;
    }

    private BatchCandidate Find(List<BatchCandidate> candidates, Lane lane, Stage stage, INetwork network)
    {
        var shape = stage.ShapeOf(lane);
        foreach (var candidate in candidates)
        {
            if (candidate.StageIndex == lane.StageIndex && candidate.Shape == shape && ReferenceEquals(candidate.Network, network))
            {
                return candidate;
            }
        }

        var added = new BatchCandidate(network, lane.StageIndex, shape, stage.IsLate, MaxRows(stage, lane));
        candidates.Add(added);
        return added;
    }

    private int MaxRows(Stage stage, Lane lane)
    {
        var pixels = stage.PixelsOf(lane);
        var rows = Math.Clamp(Math.Min(options.MaxBatch, stage.RowLimit), 1, options.MaxBatch);
        return pixels == 0 ? rows : Math.Clamp(options.MaxBatchPixels / pixels, 1, rows);
    }

    private int LateCapacity(IReadOnlyList<Lane> lanes, IReadOnlyList<Stage> stages)
    {
        var left = options.MaxLateLanes;
        foreach (var lane in lanes)
        {
            left -= lane.HasEntered && stages[lane.StageIndex].IsLate ? 1 : 0;
        }

        return left;
    }

    private static bool MayEnter(Lane lane, IReadOnlyList<Stage> stages, int lateCapacity) =>
        lane.HasEntered || lateCapacity > 0 || !stages[lane.StageIndex].IsLate;

    private BatchCandidate Choose(List<BatchCandidate> candidates)
    {
        candidates.RemoveAll(candidate => candidate.Deciding.Count == 0);
        var now = clock.GetTimestamp();
        var preview = Latest(candidates, candidate => !candidate.IsLate && candidate.LeadsToFirstPreview);
        if (preview is not null)
        {
            return Latest(candidates, candidate => candidate.IsLate && (IsImpatient(candidate, now) || FitsBetween(candidate, now))) ?? preview;
        }

        return Latest(candidates, candidate => candidate.IsLate && (candidate.IsReady || IsImpatient(candidate, now))) ?? Fastest(candidates);
    }

    private bool IsImpatient(BatchCandidate candidate, long now)
    {
        var since = Math.Max(candidate.WaitingSince, lastLateStep ?? long.MinValue);
        return clock.GetElapsedTime(since, now) >= options.LatePatience;
    }

    private bool FitsBetween(BatchCandidate candidate, long now) =>
        candidate.IsReady
        && lastEarlyStep is { } last
        && PaceOf(candidate.Network).SecondsPerRow is > 0 and var pace
        && clock.GetElapsedTime(last, now).TotalSeconds + (pace * candidate.Rows) <= options.FirstPreviewInterval.TotalSeconds;

    /// <summary>The candidate furthest along the pipeline that meets a condition; null when none does.</summary>
    private static BatchCandidate? Latest(List<BatchCandidate> candidates, Predicate<BatchCandidate> condition)
    {
        BatchCandidate? latest = null;
        foreach (var candidate in candidates)
        {
            if (condition(candidate) && (latest is null || candidate.StageIndex > latest.StageIndex))
            {
                latest = candidate;
            }
        }

        return latest;
    }

    /// <summary>The candidate with the most rows a second; one whose pace is not known is tried first.</summary>
    private BatchCandidate Fastest(List<BatchCandidate> candidates)
    {
        var best = candidates[0];
        foreach (var candidate in candidates)
        {
            if (PaceOf(candidate.Network).SecondsPerRow < PaceOf(best.Network).SecondsPerRow)
            {
                best = candidate;
            }
        }

        return best;
    }

    private List<Lane> Fill(BatchCandidate chosen, int lateCapacity)
    {
        var batch = new List<Lane>();
        var rows = 0;
        foreach (var lane in InTurn(chosen))
        {
            var fits = batch.Count == 0 || rows + lane.State.Rows <= chosen.MaxRows;
            if (fits && (lane.HasEntered || lateCapacity > 0) && Joins(lane, chosen))
            {
                lateCapacity -= lane.HasEntered ? 0 : 1;
                batch.Add(lane);
                rows += lane.State.Rows;
            }
        }

        return batch;
    }

    /// <summary>Whether a lane may take a free place in the batch: where a larger batch costs time, only lanes whose turn it is.</summary>
    private bool Joins(Lane lane, BatchCandidate chosen) =>
        PaceOf(chosen.Network).BatchingPays
        || (chosen.Deciding.Contains(lane) && (!chosen.LeadsToFirstPreview || !lane.HasPreview));

    private NetworkPace PaceOf(INetwork network)
    {
        if (!paces.TryGetValue(network, out var pace))
        {
            pace = new NetworkPace();
            paces.Add(network, pace);
        }

        return pace;
    }

    /// <summary>Orders lanes for the places in a batch.</summary>
    private List<Lane> InTurn(BatchCandidate chosen)
    {
        var ordered = new List<Lane>(chosen.Lanes);
        ordered.Sort(CompareWithinPerson);
        var taken = new Dictionary<string, int>();
        var rounds = new Dictionary<Lane, int>();
        foreach (var lane in ordered)
        {
            var person = lane.Request.Request.Person;
            rounds[lane] = taken.GetValueOrDefault(person);
            taken[person] = rounds[lane] + 1;
        }

        ordered.Sort((left, right) =>
        {
            var order = chosen.Deciding.Contains(right).CompareTo(chosen.Deciding.Contains(left));
            order = order != 0 ? order : ComparePreviews(left, right);
            order = order != 0 ? order : rounds[left].CompareTo(rounds[right]);
            order = order != 0 ? order : CompareTurns(left.Request, right.Request);
            return order != 0 ? order : CompareWithinPerson(left, right);
        });
        return ordered;
    }

    /// <summary>The queue's order until a request has shown something: equal progress would bring every first preview as late as the last.</summary>
    private int CompareTurns(ActiveRequest left, ActiveRequest right) => left.HasPreview || right.HasPreview
        ? ServedOf(left).CompareTo(ServedOf(right))
        : left.Arrival.CompareTo(right.Arrival);

    /// <summary>Requests that have shown nothing first, then other pictures without a preview.</summary>
    private static int ComparePreviews(Lane left, Lane right)
    {
        var order = left.Request.HasPreview.CompareTo(right.Request.HasPreview);
        return order != 0 ? order : left.HasPreview.CompareTo(right.HasPreview);
    }

    private static int CompareWithinPerson(Lane left, Lane right)
    {
        var order = ComparePreviews(left, right);
        order = order != 0 ? order : left.WorkLeft.CompareTo(right.WorkLeft);
        order = order != 0 ? order : left.Request.Arrival.CompareTo(right.Request.Arrival);
        return order != 0 ? order : left.ImageIndex.CompareTo(right.ImageIndex);
    }

    private int CompareToAdmit(ActiveRequest left, ActiveRequest right, HashSet<string> withLane)
    {
        var order = withLane.Contains(left.Request.Person).CompareTo(withLane.Contains(right.Request.Person));
        order = order != 0 ? order : ServedOf(left).CompareTo(ServedOf(right));
        return order != 0 ? order : left.Arrival.CompareTo(right.Arrival);
    }

    private double ServedOf(ActiveRequest request) => shares.Of(request.Request.Person);
}
