using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Series;

namespace PromptCanvas.Generation.Datasets;

/// <summary>Has pictures of a data set painted into their bases.</summary>
internal sealed class DatasetPainting(IDbContextFactory<AppDbContext> databases, Uploads uploads, SeriesJobs seriesJobs)
{
    /// <summary>Those of the bases that are still there, by id.</summary>
    public async Task<Dictionary<Guid, BasePicture>> UsableAsync(Actor owner, IReadOnlyCollection<Guid> bases, CancellationToken cancellationToken)
    {
        if (bases.Count == 0)
        {
            return [];
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Pictures.VisibleTo(owner).Where(picture => bases.Contains(picture.Id))
            .Select(picture => new BasePicture(picture.Id, picture.Width, picture.Height)).ToDictionaryAsync(picture => picture.Id, cancellationToken);
    }

    /// <summary>Queues the edit of a base, with its mask.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="job">The job, but for its operation.</param>
    /// <param name="source">The base.</param>
    /// <param name="picture">The picture's number among the prompts.</param>
    /// <param name="owner">The data set's owner.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Null if it was accepted.</returns>
    public async Task<SeriesStep?> SubmitAsync(
        Dataset dataset, NewJob job, BasePicture source, (DatasetPrompts Prompts, int Index) picture, Actor owner, CancellationToken cancellationToken)
    {
        var mask = new DatasetMask(source.Width, source.Height, picture.Prompts.BoxOf(picture.Index, source.Width, source.Height)!.Value);
        if (!(await uploads.AddAsync(owner, mask.ToEditMask, cancellationToken)).TryGet(out var upload, out var full))
        {
            return new SeriesStep(IsComplete: false, full, Waits: true);
        }

        // The size of the picture is its base's, that of the painted part follows from the box.
        var edit = job with { Operation = new EditOperation(source.Id, upload.Id), Size = null };
        if ((await seriesJobs.SubmitAsync(dataset, edit, owner, cancellationToken)).Refusal is not { } refusal)
        {
            return null;
        }

        await uploads.DropUnusedAsync(owner, [upload.Id], cancellationToken);

        // Not found: the base was deleted a moment ago; the next step takes note.
        return refusal is NotFound ? new SeriesStep(IsComplete: false) : SeriesStep.NotAccepted(refusal);
    }
}

/// <summary>A base that can be painted into.</summary>
internal sealed record BasePicture(Guid Id, int Width, int Height);
