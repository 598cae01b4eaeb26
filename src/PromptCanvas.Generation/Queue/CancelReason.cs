namespace PromptCanvas.Generation.Queue;

/// <summary>Why a job is cancelled.</summary>
/// <param name="Text">One sentence for the person's account.</param>
/// <param name="ForTheJob">Whether the job says so too: whoever cancels their own need not be told.</param>
internal sealed record CancelReason(string Text, bool ForTheJob);
