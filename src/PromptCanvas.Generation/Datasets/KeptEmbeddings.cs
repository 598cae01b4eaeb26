using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Generation.Datasets;

/// <summary>The embeddings of the pictures that data sets have kept, for the distance to later pictures. Decided blocks do not change, so each is read
/// once; only the open block is read again.</summary>
internal sealed class KeptEmbeddings(IDbContextFactory<AppDbContext> databases)
{
    // Of the largest, with 768 values a picture, one takes 15 MB.
    private const int MostDatasets = 4;

    private readonly List<Decided> byUse = [];
    private readonly Lock gate = new();

    /// <summary>All embeddings that a data set has kept.</summary>
    /// <param name="datasetId">The data set.</param>
    /// <param name="blockBegin">The number of the open block's first picture: all before it are decided.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<List<float[]>> ReadAsync(Guid datasetId, int blockBegin, CancellationToken cancellationToken)
    {
        var before = Find(datasetId, blockBegin) ?? new Decided(datasetId, 0, []);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await database.DatasetDraws.Where(draw => draw.DatasetId == datasetId && draw.PictureIndex >= before.End && draw.Embedding != null)
            .Select(draw => new { draw.PictureIndex, Embedding = draw.Embedding! }).ToListAsync(cancellationToken);
        var read = rows.ToLookup(row => row.PictureIndex < blockBegin, row => MemoryMarshal.Cast<byte, float>(row.Embedding).ToArray());
        var decided = new Decided(datasetId, blockBegin, [.. before.Embeddings, .. read[true]]);
        Keep(decided);
        return [.. decided.Embeddings, .. read[false]];
    }

    private Decided? Find(Guid datasetId, int blockBegin)
    {
        lock (gate)
        {
            return byUse.Find(known => known.DatasetId == datasetId && known.End <= blockBegin);
        }
    }

    private void Keep(Decided decided)
    {
        lock (gate)
        {
            byUse.RemoveAll(known => known.DatasetId == decided.DatasetId);
            byUse.Insert(0, decided);
            if (byUse.Count > MostDatasets)
            {
                byUse.RemoveAt(MostDatasets);
            }
        }
    }

    /// <param name="End">The number of the first picture that is not among them.</param>
    private sealed record Decided(Guid DatasetId, int End, IReadOnlyList<float[]> Embeddings);
}
