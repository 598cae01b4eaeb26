using System.Runtime.CompilerServices;
using PromptCanvas.Cli.Options;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Output;

/// <summary>Makes many small pictures and finishes those closest to the text by CLIP. The seed reproduces a picture at full size.</summary>
/// <remarks>Source: Ramesh et al. (2021), DALL·E, section 2.6.</remarks>
internal sealed class Reranking(ModelSession session, GenerationRequest request, int candidates)
{
    private const int MaximumCandidates = 100;

    /// <summary>Writes the best pictures and prints their scores.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WriteAsync(PictureRun run, CancellationToken cancellationToken)
    {
        Check();
        await session.PrepareAsync(request, run).ConfigureAwait(false);
        var scores = await ScoreAsync(cancellationToken).ConfigureAwait(false);
        var best = scores.OrderByDescending(score => score.Value).ThenBy(score => score.Key).Take(request.Count).ToList();
        var code = await run.WriteAsync(FinishAsync([.. best.Select(score => score.Key)], cancellationToken), candidates).ConfigureAwait(false);
        foreach (var (index, score) in best)
        {
            await Console.Error.WriteLineAsync(FormattableString.Invariant($"seed {request.SeedOf(index)}: CLIP {score:F3}")).ConfigureAwait(false);
        }

        return best.Count == request.Count ? code : ExitCodes.Fault;
    }

    private void Check()
    {
        if (candidates < request.Count || candidates > MaximumCandidates)
        {
            throw new BadInputException(
                $"--rerank {candidates} is out of range: use a number from {request.Count} (-n) to {MaximumCandidates}.");
        }

        if (session.Model.ImageEncoder is null)
        {
            throw new BadInputException($"{session.Model.Name} has no image encoder, so it cannot rank pictures: omit --rerank, or choose another model.");
        }
    }

    /// <summary>The request for the next batch of pictures from the index on; each picture keeps its seed.</summary>
    private GenerationRequest Block(int offset) => request with
    {
        Seed = request.SeedOf(offset),
        Count = Math.Min(GenerationRequest.MaximumCount, candidates - offset),
    };

    private async Task<Dictionary<int, double>> ScoreAsync(CancellationToken cancellationToken)
    {
        var scores = new Dictionary<int, double>();
        using var bar = new ProgressBar(candidates);
        for (var offset = 0; offset < candidates; offset += GenerationRequest.MaximumCount)
        {
            // With a latent model another size gives another picture, so rank the finished pictures.
            var size = session.Model.Latents is null ? session.Model.Decoder.ImageSize : request.Size;
            var small = Block(offset) with { Size = size, PreviewsWanted = _ => false };
            var made = new List<ImageCompleted>();
            await foreach (var value in session.Engine.GenerateAsync(small, cancellationToken).ConfigureAwait(false))
            {
                bar.Report(offset + value.ImageIndex, value is StepCompleted step ? step.Progress : 1, "choosing");
                if (value is ImageCompleted picture)
                {
                    made.Add(picture);
                }
            }

            var fits = await CaptionFit.OfAsync(session.Engine, request.Prompt, made.Select(picture => picture.Image), cancellationToken).ConfigureAwait(false);
            foreach (var (picture, fit) in made.Zip(fits))
            {
                scores.Add(offset + picture.ImageIndex, fit);
            }
        }

        return scores;
    }

    private async IAsyncEnumerable<GenerationEvent> FinishAsync(int[] indices, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var block in indices.Order().GroupBy(index => index / GenerationRequest.MaximumCount * GenerationRequest.MaximumCount))
        {
            var chosen = Block(block.Key) with { ImageIndices = [.. block.Select(index => index - block.Key)] };
            await foreach (var value in session.Engine.GenerateAsync(chosen, cancellationToken).ConfigureAwait(false))
            {
                yield return value with { ImageIndex = value.ImageIndex + block.Key };
            }
        }
    }
}
