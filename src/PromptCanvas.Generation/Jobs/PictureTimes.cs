using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Generation.Jobs;

/// <summary>Seconds of the device a picture takes, measured: a moving average for each model and size.</summary>
internal sealed class PictureTimes
{
    private const int Remembered = 50;

    // The last ten pictures or so decide.
    private const double NewestShare = 0.2;

    private readonly ConcurrentDictionary<(string Model, int Size), double> averages = new();

    public void Add(string model, int size, double seconds)
    {
        if (double.IsFinite(seconds) && seconds > 0)
        {
            averages.AddOrUpdate((model, size), seconds, (_, average) => average + (NewestShare * (seconds - average)));
        }
    }

    /// <summary>From the pictures made last, so that a studio that was just started can say how long it will take.</summary>
    public async Task LoadAsync(AppDbContext database, CancellationToken cancellationToken)
    {
        var pictures = await database.Images.OrderByDescending(image => image.CreatedAt).ThenByDescending(image => image.Id)
            .Select(image => new { image.Model, image.Width, image.Timings }).Take(Remembered).ToListAsync(cancellationToken);
        pictures.Reverse();
        foreach (var picture in pictures)
        {
            var stages = JsonSerializer.Deserialize<Dictionary<string, double>>(picture.Timings, JobJson.Options);
            Add(picture.Model, picture.Width, stages?.Values.Sum() ?? 0);
        }
    }

    /// <summary>Null when nothing was measured yet.</summary>
    public double? Of(string model, int size) => averages.TryGetValue((model, size), out var average) ? average : null;
}
