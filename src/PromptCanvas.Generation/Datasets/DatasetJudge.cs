using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Data.Series;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Series;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Datasets;

/// <summary>Decides which pictures of a data set pass. The others, and the bases of all, go to their owner's trash.</summary>
internal sealed class DatasetJudge(
    KeptEmbeddings keptEmbeddings, Transactions transactions, IEngineProvider engines, SeriesPictures store, TimeProvider clock)
{
    private const string NotMade = "it was not made";

    // A text and a picture, which a model without CLIP or without an image encoder cannot embed.
    private static readonly ConditioningInput[] Probe = [new TextInput("a picture"), new ImageInput(new SourcePicture(1, 1, new byte[SignedImage.Channels]))];

    /// <summary>What judges a model's pictures; null = nothing here can.</summary>
    /// <exception cref="ModelException">The model does not exist or is damaged.</exception>
    public static IEmbedder? Of(IEngineProvider engines, string model) => engines.EmbedderOf(model, Probe);

    public static Unavailable NoJudge(string model) =>
        new($"The model \"{model}\" has no image encoder, so it cannot judge its pictures: ask for no least similarity and distance, or choose another model.");

    /// <summary>Judges the pictures in their order and stores the judgement.</summary>
    /// <returns>Why they cannot be judged, if so.</returns>
    public async Task<Result> JudgeAsync(Dataset dataset, DatasetPlan plan, DatasetPrompts prompts, IReadOnlyList<MadePicture> made, CancellationToken cancellationToken)
    {
        var pictures = await ReadAsync(made, cancellationToken);
        Dictionary<int, Embedded> embedded;
        try
        {
            var embedder = Of(engines, plan.Model);
            if (embedder is null && (plan.LeastSimilarity ?? plan.LeastDistance) is not null)
            {
                return NoJudge(plan.Model);
            }

            embedded = embedder is null ? [] : await EmbedAsync(embedder, prompts, pictures, cancellationToken);
        }
        catch (ModelException)
        {
            return ModelUnavailable.Of(plan.Model);
        }

        var kept = plan.LeastDistance is null ? [] : await keptEmbeddings.ReadAsync(dataset.Id, DatasetPlan.BlockOf(made[0].Index), cancellationToken);
        var draws = made.Select(draw => Decide(dataset.Id, draw, plan, pictures.GetValueOrDefault(draw.Index), embedded.GetValueOrDefault(draw.Index), kept)).ToList();
        return await transactions.RunAsync(database => StoreAsync(database, dataset.Id, made, draws, cancellationToken), cancellationToken);
    }

    // Not if the data set was stopped meanwhile: then all of it lies in the trash.
    private async Task<(Result, bool)> StoreAsync(AppDbContext database, Guid datasetId, IReadOnlyList<MadePicture> made, List<DatasetDraw> draws, CancellationToken cancellationToken)
    {
        var runs = await database.Datasets.Where(row => row.Id == datasetId && row.State == SeriesState.Running)
            .ExecuteUpdateAsync(change => change.SetProperty(row => row.State, SeriesState.Running), cancellationToken) == 1;
        if (runs)
        {
            database.DatasetDraws.AddRange(draws);
            await DiscardAsync(database, made, draws, cancellationToken);
            await database.SaveChangesAsync(cancellationToken);
        }

        return (Result.Done, runs);
    }

    private async Task DiscardAsync(AppDbContext database, IReadOnlyList<MadePicture> made, List<DatasetDraw> draws, CancellationToken cancellationToken)
    {
        var passed = draws.Where(draw => draw.Refusal is null).Select(draw => draw.ImageId).ToHashSet();
        var discarded = made.SelectMany(draw => new[] { draw.ImageId, draw.BaseId }).Where(id => id is not null && !passed.Contains(id)).ToList();
        await Trash.MoveAsync(database.Pictures.Where(picture => discarded.Contains(picture.Id)), clock.GetUtcNow(), cancellationToken);
    }

    private static DatasetDraw Decide(Guid datasetId, MadePicture draw, DatasetPlan plan, SourcePicture? picture, Embedded? embedded, List<float[]> kept)
    {
        var refusal = picture is null ? draw.Error ?? NotMade : plan.Refusal(embedded?.Similarity, embedded?.Picture, kept);
        var keeps = refusal is null && plan.LeastDistance is not null && embedded is not null;
        if (keeps)
        {
            kept.Add(embedded!.Picture);
        }

        return new DatasetDraw
        {
            DatasetId = datasetId,
            PictureIndex = draw.Index,
            Attempt = draw.Attempt,
            ImageId = picture is null ? null : draw.ImageId,
            Width = picture?.Width ?? 0,
            Height = picture?.Height ?? 0,
            Similarity = embedded?.Similarity,
            Embedding = keeps ? MemoryMarshal.AsBytes<float>(embedded!.Picture).ToArray() : null,
            Refusal = refusal,
        };
    }

    private static async Task<Dictionary<int, Embedded>> EmbedAsync(
        IEmbedder embedder, DatasetPrompts prompts, Dictionary<int, SourcePicture> pictures, CancellationToken cancellationToken)
    {
        if (pictures.Count == 0)
        {
            return [];
        }

        ConditioningInput[] inputs =
        [
            .. pictures.Keys.Select(index => new TextInput(prompts.PromptOf(index))),
            .. pictures.Values.Select(picture => new ImageInput(picture)),
        ];
        var embeddings = await embedder.EmbedAsync(inputs, cancellationToken);
        return pictures.Keys.Index().ToDictionary(
            entry => entry.Item,
            entry => new Embedded(embeddings[pictures.Count + entry.Index], EmbeddingSpace.Cosine(embeddings[entry.Index], embeddings[pictures.Count + entry.Index])));
    }

    private async Task<Dictionary<int, SourcePicture>> ReadAsync(IReadOnlyList<MadePicture> made, CancellationToken cancellationToken)
    {
        var pictures = await store.ReadAsync([.. made.Select(draw => draw.ImageId).OfType<Guid>()], cancellationToken);
        return made.Where(draw => draw.ImageId is { } id && pictures.ContainsKey(id)).ToDictionary(draw => draw.Index, draw => pictures[draw.ImageId!.Value]);
    }

    private sealed record Embedded(float[] Picture, double Similarity);
}
