using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Queue;

/// <summary>Seconds of the device a picture takes, measured: a moving average for each model, kind and size.</summary>
internal sealed class PictureTimes
{
    private const int Remembered = 50;

    // The last ten pictures or so decide.
    private const double NewestShare = 0.2;

    private readonly ConcurrentDictionary<(string Model, string Kind, int Size), double> averages = new();

    public void Add(string model, string kind, int size, double seconds)
    {
        if (double.IsFinite(seconds) && seconds > 0)
        {
            averages.AddOrUpdate((model, kind, size), seconds, (_, average) => average + (NewestShare * (seconds - average)));
        }
    }

    /// <summary>From the pictures made last, so that a studio that was just started can say how long it will take.</summary>
    public async Task LoadAsync(AppDbContext database, CancellationToken cancellationToken)
    {
        var pictures = await database.Images.OrderByDescending(image => image.CreatedAt).ThenByDescending(image => image.Id)
            .Join(database.Jobs, image => image.JobId, job => job.Id, (image, job) => new { image.Model, image.Kind, job.Size, image.Timings }).Take(Remembered).ToListAsync(cancellationToken);
        pictures.Reverse();
        foreach (var picture in pictures)
        {
            var stages = JsonSerializer.Deserialize<Dictionary<string, double>>(picture.Timings, JobJson.Options);
            Add(picture.Model, picture.Kind, picture.Size, stages?.Values.Sum() ?? 0);
        }
    }

    /// <summary>Null when nothing was measured yet. A kind that was not is taken to be like the others.</summary>
    public double? Of(string model, string kind, int size) => averages.TryGetValue((model, kind, size), out var average)
        || averages.TryGetValue((model, JobKinds.Generate, size), out average) ? average : null;
}
