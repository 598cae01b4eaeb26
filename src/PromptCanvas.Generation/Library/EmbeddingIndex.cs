using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Library;

/// <summary>Exact similarity search: cosine of CLIP embeddings over all pictures of a model, one index a model.</summary>
/// <remarks>Every web process has its own, built from the database at the first search. New pictures are read before every search. Callers filter the result by
/// access rights in the database, so a deleted picture is never found; <see cref="ForgetGoneAsync"/> frees its memory.</remarks>
internal sealed class EmbeddingIndex(IDbContextFactory<AppDbContext> databases, ITextEmbedder embedder) : ISearchMemory, IDisposable
{
    private const int RowsAtOnce = 1000;

    // An hour's share: the whole of a million pictures takes a day.
    private const int LookedUpAtOnce = 50_000;

    // Re-read this much: CreatedAt is taken before the commit, so two workers may commit in a different order.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim reading = new(1, 1);
    private readonly Dictionary<string, UnitVectors> models = [];

    // The pictures of the overlap, which are read again.
    private readonly Dictionary<Guid, DateTimeOffset> recent = [];
    private int lookedUp;
    private DateTimeOffset readUntil = DateTimeOffset.UnixEpoch + Overlap;
    private volatile SearchMemory memory = new(0, 0);

    public SearchMemory Memory => memory;

    /// <summary>How many pictures <see cref="ForgetGoneAsync"/> looks up.</summary>
    internal int ShareAtOnce { get; set; } = LookedUpAtOnce;

    /// <summary>Where the default model's pictures that match a description are; null if no engine here can say.</summary>
    public async Task<WantedDirection?> FindDirectionAsync(string words, CancellationToken cancellationToken) =>
        await embedder.EmbedAsync(words, cancellationToken) is (var model, var vector) ? WantedDirection.Of(model, vector, except: null) : null;

    /// <summary>Where the pictures similar to a picture are that the actor may see; null if there is none.</summary>
    public async Task<WantedDirection?> FindDirectionAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var row = await database.Pictures.VisibleTo(actor).Where(picture => picture.Id == imageId)
            .Select(picture => new { picture.Model, picture.ImageEmbedding }).SingleOrDefaultAsync(cancellationToken);
        return row is null ? null : WantedDirection.Of(row.Model, MemoryMarshal.Cast<byte, float>(row.ImageEmbedding).ToArray(), imageId);
    }

    /// <summary>The closest pictures, closest first, each with its cosine.</summary>
    public async Task<IReadOnlyList<(Guid Id, double Cosine)>> ClosestAsync(WantedDirection wanted, int most, CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            await ReadNewAsync(cancellationToken);
            return models.TryGetValue(wanted.Model, out var vectors)
                ? await Task.Run(() => vectors.Closest(wanted.Vector, most), cancellationToken)
                : [];
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>Looks a share of the pictures up, and removes those whose rows are gone; the next call goes on behind them. Searches go on meanwhile.</summary>
    public async Task ForgetGoneAsync(CancellationToken cancellationToken)
    {
        foreach (var (vectors, ids) in await InTurnAsync(NextShare, cancellationToken))
        {
            if (await GoneAsync(ids, cancellationToken) is not { Count: > 0 } gone)
            {
                continue;
            }

            await InTurnAsync(
                () =>
                {
                    vectors.Remove(gone);
                    Measure();
                    return gone.Count;
                },
                cancellationToken);
        }
    }

    public void Dispose() => reading.Dispose();

    private List<(UnitVectors Vectors, Guid[] Ids)> NextShare()
    {
        var share = new List<(UnitVectors, Guid[])>();
        var (before, left) = (lookedUp, ShareAtOnce);
        foreach (var vectors in models.Values)
        {
            Guid[] ids = [.. vectors.Ids(before, left)];
            share.Add((vectors, ids));
            (before, left) = (Math.Max(0, before - vectors.Count), left - ids.Length);
        }

        lookedUp = left > 0 ? 0 : lookedUp + ShareAtOnce;
        return share;
    }

    private async Task<HashSet<Guid>> GoneAsync(Guid[] known, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var gone = new HashSet<Guid>();
        foreach (var ids in known.Chunk(RowsAtOnce))
        {
            var there = await database.Pictures.Where(picture => EF.Parameter(ids).Contains(picture.Id)).Select(picture => picture.Id).ToHashSetAsync(cancellationToken);
            gone.UnionWith(ids.Where(id => !there.Contains(id)));
        }

        return gone;
    }

    private async Task<T> InTurnAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            return work();
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
                if (recent.TryAdd(row.Id, row.CreatedAt))
                {
                    Add(row.Id, row.Model, MemoryMarshal.Cast<byte, float>(row.ImageEmbedding));
                }
            }

            readUntil = at > readUntil ? at : readUntil;
            DropOld();
            if (rows.Count < RowsAtOnce)
            {
                Measure();
                return;
            }
        }
    }

    private void Add(Guid id, string model, ReadOnlySpan<float> embedding)
    {
        if (embedding.Length > 0)
        {
            ref var vectors = ref CollectionsMarshal.GetValueRefOrAddDefault(models, model, out _);
            vectors ??= new UnitVectors(embedding.Length);
            vectors.Add(id, embedding);
        }
    }

    private void DropOld()
    {
        var from = readUntil - Overlap;
        foreach (var (id, _) in recent.Where(pair => pair.Value < from).ToList())
        {
            recent.Remove(id);
        }
    }

    private void Measure() => memory = new SearchMemory(models.Values.Sum(vectors => vectors.Count), models.Values.Sum(vectors => vectors.Bytes));
}

/// <summary>A direction in a model's space of pictures.</summary>
/// <param name="Vector">Of length 1.</param>
/// <param name="Except">The picture that the direction is from; null = none.</param>
internal sealed record WantedDirection(string Model, float[] Vector, Guid? Except)
{
    public static WantedDirection Of(string model, float[] vector, Guid? except)
    {
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), vector);
        return new WantedDirection(model, vector, except);
    }
}
