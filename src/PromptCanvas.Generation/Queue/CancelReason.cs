namespace PromptCanvas.Generation.Queue;

/// <summary>Why a job is cancelled.</summary>
/// <param name="Text">One sentence for the person's ledger.</param>
/// <param name="ForTheJob">Whether the job also shows the reason; not needed when people cancel their own jobs.</param>
internal sealed record CancelReason(string Text, bool ForTheJob);
