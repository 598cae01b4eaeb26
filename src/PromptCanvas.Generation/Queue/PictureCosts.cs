using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Generation.Queue;

/// <summary>What each picture of a job costs, in hundredths of a credit.</summary>
internal static class PictureCosts
{
    public static async Task<long> OfAsync(AppDbContext database, CheckedJob job, QuotaOptions quotas, CancellationToken cancellationToken) => job.Job.Operation switch
    {
        DraftOperation => quotas.DraftHundredths,
        FinishOperation { Drafts: [var draft, ..] } => RestOf(await PaidAsync(database, draft, cancellationToken)),
        _ => CreditUnits.FromCredits(job.Squares),
    };

    /// <summary>What finishing a draft costs.</summary>
    /// <param name="paid">Hundredths that were charged for the draft, even if the price has changed since.</param>
    public static long RestOf(long paid) => Math.Max(0, CreditUnits.PerCredit - paid);

    // All drafts of a job were charged alike.
    private static Task<long> PaidAsync(AppDbContext database, Guid draftId, CancellationToken cancellationToken) => (
        from draft in database.Pictures
        where draft.Id == draftId
        join line in database.Ledger on new { JobId = (Guid?)draft.JobId, Index = (int?)draft.ImageIndex } equals new { line.JobId, Index = line.ImageIndex }
        where line.Kind == LedgerKinds.Charge
        select -line.Amount).SumAsync(cancellationToken);
}
