using PromptCanvas.Diffusion.Engine.Conditioning;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Embeddings people wait for. Used by the engine's thread, which runs one batch of them between two steps of pictures.</summary>
internal sealed class EmbeddingQueue(ClipEncoder encoder, int maximumRows)
{
    private readonly List<EmbeddingWork> waiting = [];

    public void Add(EmbeddingWork work) => waiting.Add(work);

    /// <summary>Runs one batch of the kind the longest waiting work needs next.</summary>
    /// <returns>False when no work waits.</returns>
    public bool Turn(CancellationToken stopping)
    {
        foreach (var work in waiting)
        {
            work.CheckCancelled();
        }

        waiting.RemoveAll(work => work.IsOver);
        if (waiting.Count == 0)
        {
            return false;
        }

        var pictures = waiting[0].Left(pictures: true).Any();
        var batch = waiting.SelectMany(work => work.Left(pictures).Select(left => (Work: work, left.Item, left.Index))).Take(maximumRows).ToList();
        try
        {
            var embeddings = encoder.Encode([.. batch.Select(entry => entry.Item)], stopping);
            for (var row = 0; row < batch.Count; row++)
            {
                batch[row].Work.Accept(batch[row].Index, embeddings[row]);
            }
        }
#pragma warning disable CA1031 // Not swallowed: every affected caller receives the fault.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            foreach (var (work, _, _) in batch)
            {
                work.Fail(fault);
            }
        }

        waiting.RemoveAll(work => work.IsOver);
        return true;
    }

    /// <summary>Ends all work with a fault that belongs to none of it alone.</summary>
    public void FailAll(Exception fault)
    {
        foreach (var work in waiting)
        {
            work.Fail(fault);
        }

        waiting.Clear();
    }

    public void CancelAll()
    {
        foreach (var work in waiting)
        {
            work.Stop();
        }

        waiting.Clear();
    }
}
