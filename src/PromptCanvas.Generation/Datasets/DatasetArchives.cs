using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Datasets;

/// <inheritdoc/>
internal sealed class DatasetArchives(IDbContextFactory<AppDbContext> databases, IPictureStore store) : IDatasetArchives
{
    public async Task<Result<IDatasetArchive>> OpenAsync(Actor actor, Guid datasetId, IReadOnlyCollection<string> formats, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(formats);
        if (formats.FirstOrDefault(format => !DatasetFormats.All.Contains(format)) is { } unknown)
        {
            return new InvalidInput("format", $"There is no format {Excerpt.Of(unknown)}; choose {string.Join(", ", DatasetFormats.All)}.");
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var dataset = await database.Datasets.AsNoTracking().SingleOrDefaultAsync(row => row.Id == datasetId && row.PersonId == actor.PersonId, cancellationToken);
        if (dataset is null || JobJson.Read<DatasetPlan>(dataset.Plan) is not { } plan)
        {
            return DatasetService.Missing(datasetId);
        }

        if (dataset.State == SeriesState.Running)
        {
            return new WrongState("This data set is still being made; wait until it is done, or stop it.");
        }

        return DatasetPrompts.Of(plan).TryGet(out var prompts, out var refusal)
            ? new Archive(store, plan, prompts, await EntriesAsync(database, actor, dataset, plan, prompts, cancellationToken)) { Formats = formats.Count > 0 ? formats : DatasetFormats.All }
            : refusal;
    }

    private static async Task<List<ArchivedPicture>> EntriesAsync(
        AppDbContext database, Actor actor, Dataset dataset, DatasetPlan plan, DatasetPrompts prompts, CancellationToken cancellationToken)
    {
        var draws = await database.DatasetDraws.Where(draw => draw.DatasetId == dataset.Id).Select(draw => new DatasetDraw
        {
            DatasetId = draw.DatasetId,
            PictureIndex = draw.PictureIndex,
            Attempt = draw.Attempt,
            ImageId = draw.ImageId,
            Width = draw.Width,
            Height = draw.Height,
            Similarity = draw.Similarity,
            Refusal = draw.Refusal,
        }).ToListAsync(cancellationToken);
        var visible = await (from draw in database.DatasetDraws
                             where draw.DatasetId == dataset.Id
                             join picture in database.Pictures.VisibleTo(actor) on draw.ImageId equals (Guid?)picture.Id
                             select new { picture.Id, picture.Seed }).ToDictionaryAsync(picture => picture.Id, picture => (uint)picture.Seed, cancellationToken);
        var bases = plan.Edit is null ? [] : await BasesAsync(database, actor, dataset.Id, cancellationToken);
        return [.. draws.GroupBy(draw => draw.PictureIndex).OrderBy(group => group.Key).Select(group => group.MaxBy(draw => draw.Attempt)!).Select(draw =>
        {
            var entry = EntryOf(draw, plan, prompts, draw.ImageId is { } id && visible.TryGetValue(id, out var seed) ? seed : (uint?)null);
            var source = entry.File is null ? null : bases.GetValueOrDefault(draw.ImageId!.Value);
            return new ArchivedPicture(entry with { HasBase = source is not null }, draw.ImageId, source);
        })];
    }

    /// <summary>The pictures into which those of the data set were painted, by the latter's ids. They are in the trash.</summary>
    private static async Task<Dictionary<Guid, Guid?>> BasesAsync(AppDbContext database, Actor actor, Guid datasetId, CancellationToken cancellationToken)
    {
        var bases = database.Pictures.VisibleTo(actor).Union(database.Pictures.InTrashOf(actor));
        return await (from draw in database.DatasetDraws
                      where draw.DatasetId == datasetId && draw.Refusal == null
                      join picture in database.Pictures on draw.ImageId equals (Guid?)picture.Id
                      join input in database.JobInputs on picture.JobId equals input.JobId
                      where input.Role == JobInputRoles.Source
                      join source in bases on input.ImageId equals (Guid?)source.Id
                      select new { picture.Id, Base = (Guid?)source.Id }).ToDictionaryAsync(picture => picture.Id, picture => picture.Base, cancellationToken);
    }

    // The seed is the picture's, which is another one if the worker had to draw it again; null = it was deleted, or not made.
    private static DatasetEntry EntryOf(DatasetDraw draw, DatasetPlan plan, DatasetPrompts prompts, uint? seed) =>
        new(draw.PictureIndex, draw.Refusal is null && seed is not null ? DatasetEntry.FileOf(prompts.SplitOf(draw.PictureIndex), draw.PictureIndex) : null)
        {
            Seed = seed ?? plan.SeedOf(draw.PictureIndex, draw.Attempt),
            Attempt = draw.Attempt,
            Width = draw.Width,
            Height = draw.Height,
            Similarity = draw.Similarity,
            Refusal = draw.Refusal ?? (seed is null ? "its picture was deleted" : null),
        };

    /// <param name="ImageId">The picture; null = it was not made.</param>
    /// <param name="BaseId">The picture into which it was painted; null = none, or it was deleted.</param>
    private sealed record ArchivedPicture(DatasetEntry Entry, Guid? ImageId, Guid? BaseId);

    private sealed class Archive(IPictureStore store, DatasetPlan plan, DatasetPrompts prompts, IReadOnlyList<ArchivedPicture> pictures) : IDatasetArchive
    {
        public required IReadOnlyCollection<string> Formats { get; init; }

        public async Task WriteAsync(Stream output, CancellationToken cancellationToken)
        {
            var ids = new Dictionary<string, Guid>();
            foreach (var picture in pictures.Where(picture => picture.Entry.File is not null))
            {
                ids[picture.Entry.File!] = picture.ImageId!.Value;
                if (picture.BaseId is { } source)
                {
                    ids[DatasetEntry.BaseFileOf(picture.Entry.File!)] = source;
                }
            }

            var export = new DatasetExport(plan, prompts, [.. pictures.Select(picture => picture.Entry)], (name, stop) => ReadAsync(name, ids[name], stop));
            await using var written = new ZipOutput(output);
            await using (var zip = await ZipArchive.CreateAsync(written, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
            {
                foreach (var file in export.Pictures().Concat(export.Files(Formats)))
                {
                    // PNG is already compressed, but programs that read a zip while it arrives cannot find the end of an uncompressed entry.
                    await using var entry = await zip.CreateEntry(file.Name, CompressionLevel.Fastest).OpenAsync(cancellationToken);
                    await file.WriteAsync(entry, cancellationToken);
                }
            }

            await written.FlushAsync(cancellationToken);
        }

        // A picture that disappears during the download breaks it off: the files before it name the picture already.
        private async Task<byte[]> ReadAsync(string file, Guid imageId, CancellationToken cancellationToken)
        {
            var content = await store.OpenContentAsync(imageId, cancellationToken) ?? throw new IOException($"The picture {file} was deleted during the download.");
            await using var stream = content.Stream;
            var bytes = new byte[content.Length];
            await stream.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
    }
}
