using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Cli.Output;

/// <summary>Makes many small pictures, and finishes those that CLIP finds closest to the text. A picture's seed gives it again, larger.</summary>
/// <remarks>Source: Ramesh et al. (2021), DALL·E, section 2.6.</remarks>
internal sealed class Reranking(PictureRun run, GenerationRequest request, int candidates)
{
    public const int MaximumCandidates = 100;

    public async Task<int> RunAsync(PictureWriter writer, CancellationToken cancellationToken)
    {
        Check();
        await run.PrepareAsync(request, writer).ConfigureAwait(false);
        var (scores, code) = await ScoreAsync(cancellationToken).ConfigureAwait(false);
        var best = scores.OrderByDescending(score => score.Value).ThenBy(score => score.Key).Take(request.Count).ToDictionary();
        foreach (var block in best.Keys.Order().GroupBy(index => index / GenerationRequest.MaximumCount))
        {
            var offset = block.Key * GenerationRequest.MaximumCount;
            var chosen = Block(offset) with { ImageIndices = [.. block.Select(index => index - offset)] };
            var made = await run.MakeAsync(
                chosen,
                step => writer.WritePreview(step with { ImageIndex = step.ImageIndex + offset }),
                picture => writer.Write(picture with { ImageIndex = picture.ImageIndex + offset }),
                cancellationToken).ConfigureAwait(false);
            code = Math.Max(code, made);
        }

        foreach (var (index, score) in best)
        {
            await Console.Error.WriteLineAsync($"seed {request.SeedOf(index)}: CLIP {score:F3}").ConfigureAwait(false);
        }

        return code;
    }

    private void Check()
    {
        if (candidates < request.Count || candidates > MaximumCandidates)
        {
            throw new BadInputException(
                $"The best {request.Count} of {candidates} cannot be kept: give --rerank a number from {request.Count} to {MaximumCandidates}.");
        }

        if (run.Model.ImageEncoder is null)
        {
            throw new BadInputException($"{run.Model.Name} has no image encoder, so it cannot rank pictures: leave --rerank out, or choose another model.");
        }
    }

    /// <summary>Up to so many pictures as one request makes, from the index on; picture i of the whole keeps its seed.</summary>
    private GenerationRequest Block(int offset) => request with
    {
        Seed = request.SeedOf(offset),
        Count = Math.Min(GenerationRequest.MaximumCount, candidates - offset),
    };

    private async Task<(Dictionary<int, double> Scores, int Code)> ScoreAsync(CancellationToken cancellationToken)
    {
        var pictures = new Dictionary<int, SourcePicture>();
        var code = ExitCodes.Success;
        for (var offset = 0; offset < candidates; offset += GenerationRequest.MaximumCount)
        {
            var first = offset;
            var small = Block(offset) with { Size = run.Model.Decoder.ImageSize, PreviewsWanted = () => false };
            var made = await run.MakeAsync(small, _ => { }, picture => pictures.Add(first + picture.ImageIndex, ToSource(picture.Image)), cancellationToken).ConfigureAwait(false);
            code = Math.Max(code, made);
        }

        var text = await run.Engine.EmbedAsync([new TextInput(request.Prompt)], cancellationToken).ConfigureAwait(false);
        var scores = new Dictionary<int, double>();
        foreach (var (index, picture) in pictures)
        {
            var embedding = await run.Engine.EmbedAsync([new PictureInput(picture)], cancellationToken).ConfigureAwait(false);
            scores.Add(index, EmbeddingSpace.Cosine(embedding[0], text[0]));
        }

        return (scores, code);
    }

    private static SourcePicture ToSource(SignedImage image) => new(image.Width, image.Height, image.ToRgbBytes());
}
