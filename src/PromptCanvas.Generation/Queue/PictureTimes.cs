using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Queue;

/// <summary>Measured device seconds per picture, or per square of a composed one: a moving average per model, kind and size.</summary>
internal sealed class PictureTimes
{
    private const int Remembered = 50;

    // Weight of the newest picture: about the last ten pictures count.
    private const double NewestShare = 0.2;

    private readonly ConcurrentDictionary<(string Model, string Kind, int Size), double> averages = new();

    /// <summary>All averages.</summary>
    public IReadOnlyList<PictureRate> All => [.. averages.Select(average => new PictureRate(average.Key.Model, average.Key.Kind, average.Key.Size, average.Value))];

    public void Add(string model, string kind, int size, double seconds)
    {
        if (double.IsFinite(seconds) && seconds > 0)
        {
            averages.AddOrUpdate((model, kind, size), seconds, (_, average) => average + (NewestShare * (seconds - average)));
        }
    }

    /// <summary>Sets the averages from the latest pictures, so that estimates are available after a restart and on nodes that make none.</summary>
    public async Task LoadAsync(AppDbContext database, CancellationToken cancellationToken)
    {
        var pictures = await database.Pictures.OrderByDescending(picture => picture.CreatedAt).ThenByDescending(picture => picture.Id)
            .Join(database.Jobs, picture => picture.JobId, job => job.Id, (picture, job) => new { picture.Model, picture.Kind, job.Size, picture.Timings, job.Squares }).Take(Remembered).ToListAsync(cancellationToken);
        pictures.Reverse();
        var latest = new PictureTimes();
        foreach (var picture in pictures)
        {
            var stages = JsonSerializer.Deserialize<Dictionary<string, double>>(picture.Timings, JobJson.Options);
            latest.Add(picture.Model, picture.Kind, picture.Size, (stages?.Values.Sum() ?? 0) / picture.Squares);
        }

        foreach (var (kind, average) in latest.averages)
        {
            averages[kind] = average;
        }
    }

    /// <summary>Null if nothing was measured yet. An unmeasured kind uses the times of generate.</summary>
    public double? Of(string model, string kind, int size) => averages.TryGetValue((model, kind, size), out var average)
        || averages.TryGetValue((model, JobKinds.Generate, size), out average) ? average : null;
}
