using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Generation.Queue;

/// <summary>Maps a job's picture to the gallery's row.</summary>
internal static class PictureRows
{
    /// <param name="job">The job that made it.</param>
    /// <param name="made">The picture, whose files are in the store.</param>
    /// <param name="at">When it was delivered.</param>
    public static Picture Of(Job job, DecodedPicture made, DateTimeOffset at) => new()
    {
        // Version 4 (random), so that ids cannot be guessed.
        Id = Guid.NewGuid(),
        JobId = job.Id,
        ImageIndex = made.ImageIndex,
        Kind = OperationDefinitions.PictureKindOf(job.Kind),
        Tag = job.Tag,
        PersonId = job.PersonId,
        Visibility = job.Kind == JobKinds.Draft ? Visibilities.Private : job.Visibility,
        ContentHash = made.ContentHash,
        ThumbnailHash = made.ThumbnailHash,
        Width = made.Width,
        Height = made.Height,
        Seed = made.Seed,
        Prompt = made.Prompt,
        Model = job.Model,
        Recipe = made.Recipe,
        Timings = made.Timings,
        CreatedAt = at,
        ImageEmbedding = made.ImageEmbedding,
    };
}
