using System.Buffers.Binary;
using System.Text.Json;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Worker;

/// <summary>Saves a finished picture: files first, then the row.</summary>
internal sealed class PictureSaver(IBlobStore blobs, JobProgress progress, OwnPictures own, PictureFiles files, TimeProvider clock)
{
    /// <param name="plan">How parts were painted into a picture; null if it was generated as a whole.</param>
    /// <returns>Whether a row was written. Files without a row are swept later.</returns>
    /// <exception cref="IOException">A file could not be written; neither the file nor the row exists.</exception>
    public async Task<PictureWrite> SaveAsync(ClaimedJob claim, ImageCompleted completed, EditPlan? plan, CancellationToken cancellationToken)
    {
        var job = claim.Job;

        // A picture that was painted into keeps its size; other pictures have the size that was announced.
        var made = completed.Image.ToRgb();
        var picture = PaintsIntoSource(job) ? made : Resizer.Resize(made, job.Width, job.Height);
        var stored = await StoreAsync(
            job, completed.ImageIndex, completed.Seed, picture, plan?.Transparent(picture), completed.Recipe, completed.Timings, completed.ImageEmbedding, cancellationToken);
        own.Add(job.Model, job.Kind, job.Size, completed.Timings.Sum(timing => timing.Seconds) / (completed.Recipe.Squares ?? 1));
        return await progress.FinishPictureAsync(claim, PictureRows.Of(job, stored, clock.GetUtcNow()), cancellationToken);
    }

    /// <summary>Saves the small picture of a finished decoder stage; see <see cref="DecodedPicture"/>.</summary>
    public async Task<PictureWrite> SaveDecodedAsync(ClaimedJob claim, StageCompleted stage, RgbImage picture, CancellationToken cancellationToken)
    {
        var small = stage.Recipe! with { Size = Math.Max(picture.Width, picture.Height), SuperResolutionSteps = [] };
        var stored = await StoreAsync(
            claim.Job, stage.ImageIndex, stage.Seed, picture, null, small, stage.Result.Timings, stage.Result.ImageEmbedding, cancellationToken);
        return await progress.RecordDecodedAsync(claim, stored, cancellationToken);
    }

    /// <summary>Writes a picture and its thumbnail to the store.</summary>
    /// <param name="transparent">The same picture with its transparency; null if it has none.</param>
    /// <returns>The picture's row, not yet saved.</returns>
    private async Task<DecodedPicture> StoreAsync(
        Job job,
        int imageIndex,
        uint seed,
        RgbImage picture,
        RgbaImage? transparent,
        EffectiveRecipe made,
        IReadOnlyList<StageTiming> timings,
        float[] embedding,
        CancellationToken cancellationToken)
    {
        var prompt = await progress.PromptOfPicturesAsync(job, cancellationToken);
        var recipe = JsonSerializer.Serialize(made, JobJson.Options);
        var text = new PictureText(prompt, seed, job.Model, recipe, PictureText.ThisSoftware) { IsComposite = PaintsIntoSource(job) };
        var png = await files.EncodeAsync(job, picture, transparent, text, cancellationToken);
        var thumbnail = Thumbnailer.Encode(picture);
        return new DecodedPicture
        {
            JobId = job.Id,
            ImageIndex = imageIndex,
            ContentHash = await blobs.WriteAsync(BlobKind.Picture, png, cancellationToken),
            ThumbnailHash = await blobs.WriteAsync(BlobKind.Thumbnail, thumbnail.Bytes, cancellationToken),
            Width = picture.Width,
            Height = picture.Height,
            Seed = seed,
            Prompt = prompt,
            Recipe = recipe,
            Timings = JsonSerializer.Serialize(TimingsByStage(timings), JobJson.Options),
            ImageEmbedding = ToBytes(embedding),
        };
    }

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
