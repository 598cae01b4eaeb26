using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Generation.Storage;

/// <summary>Checkpoint files: the results of a picture's finished stages, one file per picture. A requeued job resumes from them.
/// If a file is lost or damaged, the picture restarts from the beginning.</summary>
internal sealed class StageFiles(DataFolder folder, SharedStorage shared)
{
    // Increment when the layout changes; files of other versions are ignored.
    private const int Version = 3;
    private const int NoStage = -1;

    // Where several machines share a store, another one may resume the job.
    private readonly IObjectStore store = shared.Store ?? new FolderObjects(folder.Root);

    /// <summary>Replaces the previous checkpoint atomically.</summary>
    /// <param name="model">Fingerprint of the model that produced the result.</param>
    /// <exception cref="IOException">The disk is full or failing, or the shared store is away; the previous checkpoint remains.</exception>
    public async Task SaveAsync(Guid jobId, int imageIndex, string model, StageResult result, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Version);
            writer.Write(model);
            Write(writer, result);
        }

        bytes.Write(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        await store.WriteAsync(ObjectNames.OfStage(jobId, imageIndex), bytes.GetBuffer().AsMemory(0, (int)bytes.Length), cancellationToken);
    }

    /// <summary>Null if there is no usable checkpoint.</summary>
    /// <param name="model">Fingerprint of the model that will resume; a checkpoint of another model is ignored.</param>
    public async Task<StageResult?> LoadAsync(Guid jobId, int imageIndex, string model, CancellationToken cancellationToken)
    {
        using var file = new MemoryStream();
        if (!await store.ReadAsync(ObjectNames.OfStage(jobId, imageIndex), file, cancellationToken))
        {
            return null;
        }

        var bytes = file.GetBuffer().AsMemory(0, (int)file.Length);
        var length = bytes.Length - SHA256.HashSizeInBytes;
        if (length < 0 || !SHA256.HashData(bytes.Span[..length]).AsSpan().SequenceEqual(bytes.Span[length..]))
        {
            return null;
        }

        file.SetLength(length);
        file.Position = 0;
        using var reader = new BinaryReader(file);
        return reader.ReadInt32() == Version && reader.ReadString() == model ? Read(reader) : null;
    }

    /// <summary>Ids of the jobs that have checkpoints.</summary>
    public IAsyncEnumerable<Guid> JobsAsync(CancellationToken cancellationToken) => store.ListAsync(ObjectNames.Stages, cancellationToken)
        .Select(stored => Guid.TryParseExact(stored.Name[ObjectNames.Stages.Length..].Split('/')[0], "N", out var id) ? id : Guid.Empty)
        .Where(id => id != Guid.Empty).Distinct();

    public async Task RemoveAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await foreach (var stored in store.ListAsync(ObjectNames.OfStages(jobId), cancellationToken))
        {
            await store.DeleteAsync(stored.Name, cancellationToken);
        }
    }

    private static void Write(BinaryWriter writer, StageResult result)
    {
        writer.Write(result.Stage is { } stage ? (int)stage : NoStage);
        writer.Write(result.Frame);
        writer.Write(result.Timings.Count);
        foreach (var timing in result.Timings)
        {
            writer.Write((int)timing.Stage);
            writer.Write(timing.Seconds);
        }

        Write(writer, result.ImageEmbedding);
        Write(writer, result.Picture);
        writer.Write(result.Canvas?.Width ?? 0);
        writer.Write(result.Canvas?.Height ?? 0);
        writer.Write((result.Canvas?.Rgb ?? default).Span);
    }

    private static StageResult Read(BinaryReader reader)
    {
        var stage = reader.ReadInt32();
        var frame = reader.ReadInt32();
        var timings = new StageTiming[reader.ReadInt32()];
        for (var index = 0; index < timings.Length; index++)
        {
            timings[index] = new StageTiming((GenerationStage)reader.ReadInt32(), reader.ReadDouble());
        }

        var embedding = ReadFloats(reader);
        return new StageResult(stage == NoStage ? null : (GenerationStage)stage, embedding, ReadPicture(reader), timings)
        {
            Frame = frame,
            Canvas = ReadCanvas(reader),
        };
    }

    private static void Write(BinaryWriter writer, SignedImage? picture)
    {
        writer.Write(picture?.Width ?? 0);
        writer.Write(picture?.Height ?? 0);
        Write(writer, picture?.Values ?? []);
    }

    private static SignedImage? ReadPicture(BinaryReader reader)
    {
        var (width, height) = (reader.ReadInt32(), reader.ReadInt32());
        var values = ReadFloats(reader);
        return width == 0 ? null : new SignedImage(width, height, values);
    }

    private static SourcePicture? ReadCanvas(BinaryReader reader)
    {
        var (width, height) = (reader.ReadInt32(), reader.ReadInt32());
        var rgb = reader.ReadBytes(SignedImage.Channels * width * height);
        return width == 0 ? null : new SourcePicture(width, height, rgb);
    }

    // Native byte order: every platform that the studio runs on is little-endian.
    private static void Write(BinaryWriter writer, float[] values)
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static float[] ReadFloats(BinaryReader reader)
    {
        var values = new float[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
