using System.Globalization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Cli.Bench;

/// <summary>Jobs and pictures that fill the database of a benchmark.</summary>
internal static class QueueRecords
{
    public static Job NewJob(int number, JobState state, string model = "none", Guid? personId = null) => new()
    {
        PersonId = personId,
        Id = Guid.NewGuid(),
        IdempotencyKey = number.ToString(CultureInfo.InvariantCulture),
        BodyHash = "",
        Prompt = "a fox in the snow",
        Model = model,
        Size = 64,
        Count = 1,
        Seed = number,
        Overrides = "{}",
        State = state,
        VirtualTime = number,
        CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(number),
    };

    public static Picture NewPicture(Job job, Guid? personId) => new()
    {
        Id = Guid.NewGuid(),
        JobId = job.Id,
        PersonId = personId,
        ImageIndex = 0,
        ContentHash = "",
        ThumbnailHash = "",
        Width = job.Size,
        Height = job.Size,
        Seed = job.Seed,
        Prompt = job.Prompt,
        Model = job.Model,
        Recipe = "{}",
        Timings = "{}",
        CreatedAt = job.CreatedAt,
        ImageEmbedding = new byte[3072],
    };
}
