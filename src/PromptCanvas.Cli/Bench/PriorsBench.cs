using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Cli.Bench;

/// <summary>Compares kinds of conditioning: same prompts, same seeds, at the decoder's size.</summary>
/// <remarks>Source: Ramesh et al. (2022), section 5.1.</remarks>
internal sealed class PriorsBench(ModelSession session, int pictures, uint seed)
{
    private const int Gap = 2;

    /// <summary>One, two and three objects; every colour and relation of the starter's world; backgrounds.</summary>
    private static readonly string[] Prompts =
    [
        "a red cube", "a blue sphere", "a green star on a yellow background", "a purple heart", "a small brown cone", "an orange ring",
        "two pink circles", "three black pyramids", "a red cube on top of a blue cube", "a yellow cylinder to the left of a green triangle",
        "a white cross above a purple square on a black background", "a blue heart next to an orange star",
    ];

    /// <summary>Measures every kind of conditioning that the model supports.</summary>
    /// <returns>The rows in the order of the sheet's columns, and the sheet: one row of pictures per prompt, with the first seed.</returns>
    public async Task<(IReadOnlyList<PriorRow> Rows, RgbImage Sheet)> RunAsync(CancellationToken cancellationToken)
    {
        var rows = new List<PriorRow>();
        var columns = new List<List<SignedImage>>();
        foreach (var way in Ways())
        {
            var (row, column) = await MeasureAsync(way, cancellationToken).ConfigureAwait(false);
            rows.Add(row);
            columns.Add(column);
        }

        return (rows, Sheet(columns));
    }

    private IEnumerable<Way> Ways()
    {
        yield return new Way("caption only (none)", ConditioningMode.CaptionOnly, 1);
        yield return new Way("text embedding (text-embedding)", ConditioningMode.TextEmbedding, 1);
        yield return new Way("diffusion prior (diffusion)", ConditioningMode.DiffusionPrior, 1);
        yield return new Way("… best of 2 (--prior-candidates 2)", ConditioningMode.DiffusionPrior, 2);
        yield return new Way("… best of 4 (--prior-candidates 4)", ConditioningMode.DiffusionPrior, 4);
        if (session.Model.AutoregressivePrior is not null)
        {
            yield return new Way("autoregressive prior (autoregressive)", ConditioningMode.AutoregressivePrior, 1);
            yield return new Way("… best of 2 (--prior-candidates 2)", ConditioningMode.AutoregressivePrior, 2);
        }
    }

    private async Task<(PriorRow Row, List<SignedImage> Column)> MeasureAsync(Way way, CancellationToken cancellationToken)
    {
        var scores = new List<double>();
        var column = new List<SignedImage>();
        foreach (var prompt in Prompts)
        {
            var request = new GenerationRequest
            {
                Prompt = prompt,
                Seed = seed,
                Count = pictures,
                Size = session.Model.Decoder.ImageSize,
                PreviewsWanted = _ => false,
                Overrides = new RecipeOverrides { Conditioning = way.Conditioning, PriorCandidates = way.Candidates },
            };
            var made = new List<ImageCompleted>();
            await foreach (var value in session.Engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
            {
                if (value is ImageCompleted picture)
                {
                    made.Add(picture);
                }
            }

            made.Sort((left, right) => left.ImageIndex.CompareTo(right.ImageIndex));
            scores.AddRange(await CaptionFit.OfAsync(session.Engine, prompt, made.Select(picture => picture.Image), cancellationToken).ConfigureAwait(false));
            column.Add(made[0].Image);
        }

        var mean = scores.Average();
        var variance = scores.Sum(score => (score - mean) * (score - mean)) / Math.Max(1, scores.Count - 1);
        return (new PriorRow(way.Name, mean, Math.Sqrt(variance / scores.Count), scores.Count), column);
    }

    private static RgbImage Sheet(List<List<SignedImage>> columns)
    {
        var side = columns[0][0].Width;
        var (width, height) = ((columns.Count * (side + Gap)) - Gap, (columns[0].Count * (side + Gap)) - Gap);
        var bytes = new byte[RgbImage.Channels * width * height];
        for (var column = 0; column < columns.Count; column++)
        {
            for (var row = 0; row < columns[column].Count; row++)
            {
                var picture = columns[column][row].ToRgbBytes();
                for (var y = 0; y < side; y++)
                {
                    var target = ((((row * (side + Gap)) + y) * width) + (column * (side + Gap))) * RgbImage.Channels;
                    picture.AsSpan(y * side * RgbImage.Channels, side * RgbImage.Channels).CopyTo(bytes.AsSpan(target));
                }
            }
        }

        return new RgbImage(width, height, bytes);
    }

    private sealed record Way(string Name, ConditioningMode Conditioning, int Candidates);
}

/// <summary>How well the pictures of one kind of conditioning match their captions.</summary>
/// <param name="Way">The name of the conditioning.</param>
/// <param name="Similarity">Mean cosine of picture and caption by the model's own CLIP.</param>
/// <param name="StandardError">Standard error of the mean over the pictures.</param>
/// <param name="Pictures">The number of pictures.</param>
internal sealed record PriorRow(string Way, double Similarity, double StandardError, int Pictures);
