using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Library;

/// <summary>Exact similarity search: cosine of CLIP embeddings over all pictures of a model.</summary>
/// <remarks>An embedding has E float32 values; with the starter's 192, a hundred thousand pictures take 77 MB. New pictures are read before every
/// search. Deleted pictures stay until the next start; callers filter the result by access rights.</remarks>
internal sealed class EmbeddingIndex(IDbContextFactory<AppDbContext> databases, ITextEmbedder embedder) : IDisposable
{
    private const int RowsAtOnce = 1000;

    // Re-read this much: CreatedAt is taken before the commit, so two workers may commit in a different order.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim reading = new(1, 1);
    private readonly Dictionary<string, Entries> models = [];
    private readonly HashSet<Guid> known = [];
    private DateTimeOffset readUntil = DateTimeOffset.UnixEpoch + Overlap;

    /// <summary>The default model's pictures that match a description, closest first.</summary>
    public async Task<IReadOnlyList<Guid>> LikeAsync(string words, CancellationToken cancellationToken) =>
        [.. (await NearAsync(words, int.MaxValue, cancellationToken)).Select(near => near.Id)];

    /// <summary>The closest pictures to a description, each with its cosine.</summary>
    public async Task<IReadOnlyList<(Guid Id, double Cosine)>> NearAsync(string words, int most, CancellationToken cancellationToken)
    {
        if (await embedder.EmbedAsync(words, cancellationToken) is not { } embedded)
        {
            return [];
        }

        var (model, wanted) = embedded;
        TensorPrimitives.Divide(wanted, TensorPrimitives.Norm(wanted), wanted);
        return await ClosestAsync(model, wanted, most, cancellationToken);
    }

    /// <summary>Pictures similar to a picture that the actor may see, closest first, excluding that picture.</summary>
    public async Task<IReadOnlyList<Guid>> LikeAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var row = await database.Pictures.VisibleTo(actor).Where(picture => picture.Id == imageId)
            .Select(picture => new { picture.Model, picture.ImageEmbedding }).SingleOrDefaultAsync(cancellationToken);
        return row is null
            ? []
            : [.. (await ClosestAsync(row.Model, MemoryMarshal.Cast<byte, float>(row.ImageEmbedding).ToArray(), int.MaxValue, cancellationToken)).Select(near => near.Id).Where(id => id != imageId)];
    }

    public void Dispose() => reading.Dispose();

    private async Task<IReadOnlyList<(Guid Id, double Cosine)>> ClosestAsync(string model, float[] wanted, int most, CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            await ReadNewAsync(cancellationToken);
            return models.TryGetValue(model, out var entries) ? await Task.Run(() => entries.Closest(wanted, most), cancellationToken) : [];
        }
        finally
        {
            reading.Release();
        }
    }

    private async Task ReadNewAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var (at, after) = (readUntil - Overlap, Guid.Empty);
        while (true)
        {
            var rows = await database.Pictures
                .Where(picture => picture.Kind != JobKinds.Draft && (picture.CreatedAt > at || (picture.CreatedAt == at && picture.Id.CompareTo(after) > 0)))
                .OrderBy(picture => picture.CreatedAt).ThenBy(picture => picture.Id)
                .Select(picture => new { picture.Id, picture.CreatedAt, picture.Model, picture.ImageEmbedding })
                .Take(RowsAtOnce).ToListAsync(cancellationToken);
            foreach (var row in rows)
            {
                (at, after) = (row.CreatedAt, row.Id);
                if (known.Add(row.Id))
                {
                    ref var entries = ref CollectionsMarshal.GetValueRefOrAddDefault(models, row.Model, out _);
                    entries ??= new Entries();
                    entries.Add(row.Id, MemoryMarshal.Cast<byte, float>(row.ImageEmbedding));
                }
            }

            readUntil = at > readUntil ? at : readUntil;
            if (rows.Count < RowsAtOnce)
            {
                return;
            }
        }
    }

    /// <summary>Unit vectors of one model's pictures, concatenated.</summary>
    private sealed class Entries
    {
        private readonly List<Guid> ids = [];
        private float[] values = [];
        private int width;

        public void Add(Guid id, ReadOnlySpan<float> embedding)
        {
            var length = TensorPrimitives.Norm(embedding);
            width = width == 0 ? embedding.Length : width;
            if (embedding.Length != width || width == 0 || !float.IsFinite(length) || length == 0)
            {
                return; // Zero, not finite, or of another width because the model was replaced.
            }

            var at = ids.Count * width;
            if (values.Length < at + width)
            {
                Array.Resize(ref values, Math.Max(2 * values.Length, at + width));
            }

            TensorPrimitives.Divide(embedding, length, values.AsSpan(at, width));
            ids.Add(id);
        }

        public IReadOnlyList<(Guid Id, double Cosine)> Closest(float[] wanted, int most)
        {
            if (wanted.Length != width)
            {
                return [];
            }

            var nearness = new float[ids.Count];
            for (var index = 0; index < nearness.Length; index++)
            {
                nearness[index] = -TensorPrimitives.Dot(values.AsSpan(index * width, width), wanted);
            }

            var order = Enumerable.Range(0, nearness.Length).ToArray();
            Array.Sort(nearness, order);
            return [.. order.Take(most).Select((index, rank) => (ids[index], -(double)nearness[rank]))];
        }
    }
}
