using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Bias;

/// <summary>Reads an audit's labelled examples.</summary>
internal sealed class BiasCalibration(IDbContextFactory<AppDbContext> databases, StoredPictures pictures)
{
    /// <returns>By prompt and attribute; in the stored form.</returns>
    public async Task<string> RunAsync(BiasPlan plan, Guid personId, BiasMeasuring measuring, CancellationToken cancellationToken)
    {
        var labels = new List<BiasLabel>();
        if (plan.RenderedExamples)
        {
            labels.AddRange(await measuring.RenderedLabelsAsync(cancellationToken));
        }

        foreach (var example in plan.Examples)
        {
            if (await UploadAsync(personId, example.Upload, cancellationToken) is { } picture)
            {
                var attribute = plan.Attributes.Index().First(entry => entry.Item.Name == example.Attribute);
                var value = attribute.Item.Values.Index().First(entry => entry.Item.Name == example.Value).Index;
                labels.Add(new BiasLabel(attribute.Index, value, (await measuring.EmbedAsync([picture], cancellationToken))[0]));
            }
        }

        var tables = await measuring.CalibrateAsync(labels, cancellationToken);
        return JsonSerializer.Serialize(tables.Select(prompt => prompt.Select(table => table.Rows)), JobJson.Options);
    }

    /// <summary>The tables from their stored form; null = there are none.</summary>
    public static IReadOnlyList<IReadOnlyList<Confusion>>? Read(string? stored) =>
        stored is null || JobJson.Read<int[][][][]>(stored) is not { } tables ? null : [.. tables.Select(prompt => prompt.Select(Confusion.Of).ToList())];

    // Null = the upload expired, is damaged, or is of somebody else.
    private async Task<SourcePicture?> UploadAsync(Guid personId, Guid uploadId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var hash = await database.Uploads.Where(upload => upload.Id == uploadId && upload.PersonId == personId).Select(upload => upload.ContentHash).SingleOrDefaultAsync(cancellationToken);
        if (hash is null)
        {
            return null;
        }

        try
        {
            var picture = await pictures.ReadAsync(hash, cancellationToken);
            return new SourcePicture(picture.Width, picture.Height, picture.Bytes);
        }
        catch (PictureFormatException)
        {
            return null;
        }
    }
}
