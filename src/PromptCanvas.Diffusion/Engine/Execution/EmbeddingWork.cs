using PromptCanvas.Diffusion.Engine.Conditioning;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Pictures and phrases that wait to be embedded.</summary>
/// <param name="items">Preprocessed pixels, or tokens, in the order asked for.</param>
/// <param name="cancellationToken">Cancels the embedding.</param>
internal sealed class EmbeddingWork(IReadOnlyList<EmbeddingItem> items, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<IReadOnlyList<float[]>> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly float[][] results = new float[items.Count][];
    private int done;

    /// <summary>Done when the last input is embedded.</summary>
    public Task<IReadOnlyList<float[]>> Completion => completion.Task;

    public bool IsOver => completion.Task.IsCompleted;

    /// <summary>The inputs of one kind that are not embedded yet, in order.</summary>
    public IEnumerable<(EmbeddingItem Item, int Index)> Left(bool pictures)
    {
        for (var index = 0; index < items.Count; index++)
        {
            if (results[index] is null && items[index].IsPicture == pictures)
            {
                yield return (items[index], index);
            }
        }
    }

    /// <summary>Notices that the caller gave up.</summary>
    public void CheckCancelled()
    {
        if (cancellationToken.IsCancellationRequested)
        {
            completion.TrySetCanceled(cancellationToken);
        }
    }

    public void Accept(int index, float[] embedding)
    {
        results[index] = embedding;
        if (++done == results.Length)
        {
            completion.TrySetResult(results);
        }
    }

    public void Fail(Exception fault) => completion.TrySetException(fault);

    public void Stop() => completion.TrySetCanceled(CancellationToken.None);
}
