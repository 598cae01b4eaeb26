using PromptCanvas.Data.Safety;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Safety;

namespace PromptCanvas.Generation.Worker;

/// <summary>Ends pictures that a content rule refuses.</summary>
internal sealed class PictureRejection(JobProgress progress, JobEvents events, SafetyRuleService rules, OutcomeWrites writes)
{
    /// <summary>Withdraws the picture's previews, rejects it and refunds its credit.</summary>
    public async Task<KeepResult> RejectAsync(ClaimedJob claim, RunningJob running, int imageIndex, SafetyRule rule)
    {
        events.Withdrawn(claim.Id, imageIndex);
        var reason = $"Blocked, because it is too similar to something that this studio does not make: {PromptGuard.ReasonOf(rule)}. Its credit was refunded.";
        var kept = await writes.WriteAsync(
            claim, running, imageIndex, finished: 0, () => progress.RejectPictureAsync(claim, imageIndex, reason, CancellationToken.None));
        if (kept == KeepResult.Kept)
        {
            await writes.TryAsync(claim, imageIndex, async () =>
            {
                await rules.HitAsync(rule.Id, CancellationToken.None);
                return KeepResult.Kept;
            });
        }

        return kept;
    }
}
