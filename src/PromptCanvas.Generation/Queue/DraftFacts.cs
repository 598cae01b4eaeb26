using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Queue;

/// <summary>The drafts of some jobs.</summary>
/// <param name="Drawn">When each draft was drawn; gone ones are missing.</param>
/// <param name="Finishings">The pictures in which drafts are or were finished, by draft.</param>
/// <param name="Paid">Hundredths of a credit that one draft of a job cost.</param>
internal sealed record DraftFacts(
    IReadOnlyDictionary<Guid, DateTimeOffset> Drawn, IReadOnlyDictionary<Guid, DraftFinishing> Finishings, IReadOnlyDictionary<Guid, long> Paid)
{
    public static DraftFacts None { get; } = new(new Dictionary<Guid, DateTimeOffset>(), new Dictionary<Guid, DraftFinishing>(), new Dictionary<Guid, long>());

    /// <summary>Reads them, if any of the jobs draws drafts.</summary>
    /// <param name="oldest">Earlier ones have expired.</param>
    public static async Task<DraftFacts> ReadAsync(AppDbContext database, IEnumerable<Job> jobs, DateTimeOffset oldest, CancellationToken cancellationToken)
    {
        var ids = jobs.Where(job => job.Kind == JobKinds.Draft).Select(job => job.Id).ToList();
        if (ids.Count == 0)
        {
            return None;
        }

        var drafts = await database.Pictures.Where(draft => ids.Contains(draft.JobId))
            .Select(draft => new { draft.Id, draft.CreatedAt, IsKept = draft.ContentHash != "" }).ToListAsync(cancellationToken);
        var drawn = drafts.Where(draft => draft.IsKept && draft.CreatedAt > oldest).ToDictionary(draft => draft.Id, draft => draft.CreatedAt);
        var paid = await database.Ledger.Where(line => line.Kind == LedgerKinds.Charge && line.ImageIndex == 0 && ids.Contains(line.JobId!.Value))
            .ToDictionaryAsync(line => line.JobId!.Value, line => -line.Amount, cancellationToken);
        return new DraftFacts(drawn, await DraftFinishing.Of(database, drafts.ConvertAll(draft => draft.Id)).ToDictionaryAsync(one => one.Draft, cancellationToken), paid);
    }

    /// <summary>Adds to a job's view what became of its drafts; nothing to other jobs' views.</summary>
    /// <param name="age">How long drafts are kept.</param>
    public JobView Complete(JobView view, Job job, TimeSpan age)
    {
        if (job.Kind != JobKinds.Draft)
        {
            return view;
        }

        // The view of an expired draft has no id any more.
        var ids = job.Images.Where(picture => picture.ImageId is not null).ToDictionary(picture => picture.ImageIndex, picture => picture.ImageId!.Value);
        var drawn = ids.Values.Where(Drawn.ContainsKey).Select(id => Drawn[id]).ToList();
        return view with
        {
            DraftsUntil = drawn.Count > 0 ? drawn.Min() + age : null,
            FinishCost = CreditUnits.ToCredits(PictureCosts.RestOf(Paid.GetValueOrDefault(job.Id))),
            Images = [.. view.Images.Select(picture => ids.TryGetValue(picture.Index, out var id)
                ? picture with { Draft = StateOf(id), FinishedAs = Finishings.GetValueOrDefault(id)?.ImageId }
                : picture)],
        };
    }

    private DraftState StateOf(Guid draft) => Finishings.GetValueOrDefault(draft) switch
    {
        { State: JobPictureState.Done } => DraftState.Finished,
        not null => DraftState.Finishing,
        null => Drawn.ContainsKey(draft) ? DraftState.Open : DraftState.Expired,
    };
}
