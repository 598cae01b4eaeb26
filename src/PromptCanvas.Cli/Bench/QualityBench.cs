using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Cli.Bench;

/// <summary>Quality of a recipe over fixed prompts and seeds: two colours in the right order, and CLIP similarity.</summary>
internal sealed class QualityBench(BenchContext bench)
{
    private const int PicturesPerRequest = 2;

    private static readonly int[] DecoderSteps = [6, 8, 10, 12, 15, 18, 25];
    private static readonly double[] Guidances = [1, 2, 3, 4];

    private static readonly (string Where, GuidanceInterval Interval)[] Intervals =
    [
        ("every step", GuidanceInterval.Always), ("first two thirds", new(0, 0.67)), ("middle third", new(0.33, 0.67)),
    ];

    /// <summary>The model's own recipe.</summary>
    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        await ScoreAsync("warm", bench.Model.Recipe, 1, cancellationToken).ConfigureAwait(false);
        var score = await ScoreAsync("", bench.Model.Recipe, bench.Prompts, cancellationToken).ConfigureAwait(false);
        return
        [
            BenchRow.Of($"quality: both colours, {score.Pictures} pictures", "%", [100 * score.Both]),
            BenchRow.Of("… in the right order", "%", [100 * score.InOrder]),
            BenchRow.Of("… CLIP similarity to the caption", "", [score.Similarity]),
            BenchRow.Of($"… CPU time for a picture of {bench.Model.Decoder.ImageSize}²", "s", [score.Seconds]),
        ];
    }

    /// <summary>Steps and samplers of the decoder at the recipe's guidance, then guidance and its interval at the recipe's steps.</summary>
    public async IAsyncEnumerable<QualityScore> SweepAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var recipe = bench.Model.Recipe;
        await ScoreAsync("warm", recipe, 1, cancellationToken).ConfigureAwait(false);
        yield return await ScoreAsync("recipe.json", recipe, bench.Prompts, cancellationToken).ConfigureAwait(false);
        foreach (var sampler in new[] { SamplerKind.DpmSolverPlusPlus, SamplerKind.Ddim })
        {
            foreach (var steps in DecoderSteps)
            {
                var changed = recipe with { Decoder = recipe.Decoder with { Sampler = sampler, Steps = steps } };
                yield return await ScoreAsync($"{NameOf(sampler)} {steps}", changed, bench.Prompts, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var (where, interval) in Intervals)
        {
            // At guidance 1 the interval has no effect.
            foreach (var guidance in Guidances.Where(guidance => guidance > 1 || interval == GuidanceInterval.Always))
            {
                var changed = recipe with { Decoder = recipe.Decoder with { GuidanceScale = guidance, GuidanceInterval = interval } };
                yield return await ScoreAsync($"guidance {guidance}, {where}", changed, bench.Prompts, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static string NameOf(SamplerKind sampler) => sampler == SamplerKind.Ddim ? "ddim" : "dpm-solver++";

    private async Task<QualityScore> ScoreAsync(string name, ModelRecipe recipe, int prompts, CancellationToken cancellationToken)
    {
        using var engine = new ImageEngine(bench.Model with { Recipe = recipe }, new EngineOptions());
        var (both, inOrder, pictures, similarity, seconds) = (0, 0, 0, 0.0, 0.0);
        var number = 0u;
        foreach (var pair in ColourPair.All().Take(prompts))
        {
            var start = Environment.CpuUsage.TotalTime;
            var made = await PicturesAsync(engine, pair.Prompt, number++, cancellationToken).ConfigureAwait(false);
            seconds += (Environment.CpuUsage.TotalTime - start).TotalSeconds;
            foreach (var picture in made)
            {
                var (shows, right) = pair.Judge(picture);
                both += shows ? 1 : 0;
                inOrder += right ? 1 : 0;
                pictures++;
            }

            if (bench.Model.ImageEncoder is not null)
            {
                similarity += (await CaptionFit.OfAsync(engine, pair.Prompt, made, cancellationToken).ConfigureAwait(false)).Sum();
            }
        }

        return new QualityScore(name, pictures, (double)both / pictures, (double)inOrder / pictures, similarity / pictures, seconds / pictures);
    }

    private async Task<List<SignedImage>> PicturesAsync(ImageEngine engine, string prompt, uint number, CancellationToken cancellationToken)
    {
        var pictures = new List<SignedImage>();
        var request = new GenerationRequest
        {
            Prompt = prompt,
            Seed = number * PicturesPerRequest,
            Count = PicturesPerRequest,
            Size = bench.Model.Decoder.ImageSize,
            PreviewsWanted = _ => false,
        };
        await foreach (var value in engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (value is ImageCompleted picture)
            {
                pictures.Add(picture.Image);
            }
        }

        return pictures;
    }
}

/// <summary>The scores of a recipe.</summary>
/// <param name="Name">The recipe.</param>
/// <param name="Pictures">The number of scored pictures.</param>
/// <param name="Both">Share of pictures that show both colours.</param>
/// <param name="InOrder">Share of pictures that show them in the right order.</param>
/// <param name="Similarity">Mean cosine of caption and picture in the model's CLIP; 0 without an image encoder.</param>
/// <param name="Seconds">CPU seconds for one picture at the decoder's size.</param>
internal sealed record QualityScore(string Name, int Pictures, double Both, double InOrder, double Similarity, double Seconds);
