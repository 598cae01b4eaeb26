using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Worker;

/// <summary>Saves a finished picture: files first, then the row.</summary>
internal sealed class PictureSaver(IBlobStore blobs, JobProgress progress, PictureTimes times, IOptions<ProvenanceOptions> provenance, TimeProvider clock)
{
    /// <param name="plan">How parts were painted into a picture; null if it was generated as a whole.</param>
    /// <returns>Whether a row was written. Files without a row are swept later.</returns>
    /// <exception cref="IOException">A file could not be written; neither the file nor the row exists.</exception>
    public async Task<PictureWrite> SaveAsync(ClaimedJob claim, ImageCompleted completed, EditPlan? plan, CancellationToken cancellationToken)
    {
        var job = claim.Job;
        // A picture that was painted into keeps its size; other pictures are squares of the requested size.
        var made = completed.Image.ToRgb();
        var picture = PaintsIntoSource(job) ? made : Resizer.Resize(made, job.Size, job.Size);
        var prompt = await progress.PromptOfPicturesAsync(job, cancellationToken);
        var recipe = JsonSerializer.Serialize(completed.Recipe, JobJson.Options);
        var (contentHash, thumbnailHash) = await WriteAsync(job, picture, plan?.Transparent(picture), new Provenance(prompt, completed.Seed, recipe), cancellationToken);
        times.Add(job.Model, job.Kind, job.Size, completed.Timings.Sum(timing => timing.Seconds));
        return await progress.FinishPictureAsync(
            claim,
            new Picture
            {
                // Version 4 (random), so that ids cannot be guessed.
                Id = Guid.NewGuid(),
                JobId = job.Id,
                ImageIndex = completed.ImageIndex,
                Kind = job.Kind,
                Tag = job.Tag,
                PersonId = job.PersonId,
                Visibility = job.Visibility,
                ContentHash = contentHash,
                ThumbnailHash = thumbnailHash,
                Width = picture.Width,
                Height = picture.Height,
                Seed = completed.Seed,
                Prompt = prompt,
                Model = job.Model,
                Recipe = recipe,
                Timings = JsonSerializer.Serialize(TimingsByStage(completed.Timings), JobJson.Options),
                CreatedAt = clock.GetUtcNow(),
                ImageEmbedding = ToBytes(completed.ImageEmbedding),
            },
            cancellationToken);
    }

    /// <summary>Saves the small picture of a finished decoder stage; see <see cref="DecodedPicture"/>.</summary>
    public async Task<PictureWrite> SaveDecodedAsync(ClaimedJob claim, StageCompleted stage, RgbImage picture, CancellationToken cancellationToken)
    {
        var job = claim.Job;
        var prompt = await progress.PromptOfPicturesAsync(job, cancellationToken);
        var small = stage.Recipe! with { Size = Math.Max(picture.Width, picture.Height), SuperResolutionSteps = [] };
        var recipe = JsonSerializer.Serialize(small, JobJson.Options);
        var (contentHash, thumbnailHash) = await WriteAsync(job, picture, null, new Provenance(prompt, stage.Seed, recipe), cancellationToken);
        return await progress.RecordDecodedAsync(
            claim,
            new DecodedPicture
            {
                JobId = job.Id,
                ImageIndex = stage.ImageIndex,
                ContentHash = contentHash,
                ThumbnailHash = thumbnailHash,
                Width = picture.Width,
                Height = picture.Height,
                Seed = stage.Seed,
                Prompt = prompt,
                Recipe = recipe,
                Timings = JsonSerializer.Serialize(TimingsByStage(stage.Result.Timings), JobJson.Options),
                ImageEmbedding = ToBytes(stage.Result.ImageEmbedding),
            },
            cancellationToken);
    }

    /// <returns>Content hashes of the picture and its thumbnail.</returns>
    private async Task<(string Content, string Thumbnail)> WriteAsync(
        Job job, RgbImage picture, RgbaImage? transparent, Provenance made, CancellationToken cancellationToken)
    {
        var text = new PictureText(made.Prompt, made.Seed, job.Model, made.Recipe, PictureText.ThisSoftware) { IsComposite = PaintsIntoSource(job) };
        var png = (transparent, provenance.Value.Embed) switch
        {
            (null, true) => PngEncoder.Encode(picture, text),
            (null, false) => PngEncoder.Encode(picture),
            (_, true) => PngEncoder.Encode(transparent, text),
            (_, false) => PngEncoder.Encode(transparent),
        };
        var thumbnail = Thumbnailer.Encode(picture);
        return (await blobs.WriteAsync(BlobKind.Picture, png, cancellationToken), await blobs.WriteAsync(BlobKind.Thumbnail, thumbnail.Bytes, cancellationToken));
    }

    private readonly record struct Provenance(string Prompt, uint Seed, string Recipe);

    private static bool PaintsIntoSource(Job job) => OperationDefinitions.Find(job.Kind) is { PaintsIntoSource: true };

    private static Dictionary<string, double> TimingsByStage(IReadOnlyList<StageTiming> timings) => timings
        .GroupBy(timing => JsonNamingPolicy.CamelCase.ConvertName(timing.Stage.ToString()))
        .ToDictionary(stage => stage.Key, stage => stage.Sum(timing => timing.Seconds));

    private static byte[] ToBytes(float[] values)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        for (var index = 0; index < values.Length; index++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(index * sizeof(float)), values[index]);
        }

        return bytes;
    }
}
