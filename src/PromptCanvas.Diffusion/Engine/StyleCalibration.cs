using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Makes the direction of a style and chooses how far half its weight leads: as far as pictures of other prompts stay similar to their prompts.
/// When a style arrives is up to the decoder and differs from style to style, so pictures are drawn and measured.</summary>
/// <remarks>The captions of the style's own pictures are drawn, each with the direction that the pictures with <em>other</em> captions give: a direction
/// leads away from the captions it was made of, so that these would lose less than prompts that it has not seen. They are drawn with all of the model's
/// steps: with few, pictures without the style are less like their captions already, and have less to lose. docs/styles.md has the measurements.</remarks>
/// <param name="engine">Draws small pictures.</param>
/// <param name="embedder">The CLIP of the same model.</param>
public sealed class StyleCalibration(IImageEngine engine, IEmbedder embedder)
{
    /// <summary>What half the weight may cost: the part of their similarity to the prompt that pictures lose in the mean.</summary>
    public const double MostLoss = 0.05;

    // So that the mean of other prompts loses less, too, with about 95 % probability.
    private const double StandardErrors = 2;

    private const int MostCaptions = 8;
    private const int Halvings = 4;

    /// <summary>Who has the pictures drawn, for the engine's fair shares.</summary>
    public string Person { get; init; } = "";

    /// <summary>Makes a style and measures half its weight.</summary>
    /// <param name="pictures">The image embeddings of its pictures, at least one.</param>
    /// <param name="captions">The caption of each.</param>
    /// <param name="cancellationToken">Ends the drawing.</param>
    /// <returns>With <see cref="StyleSpace.HalfReach"/> where nothing can be measured, and for models that draw no small pictures, since it would take too long.</returns>
    public async Task<CalibratedStyle> MeasureAsync(IReadOnlyList<float[]> pictures, IReadOnlyList<StyleCaption> captions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentNullException.ThrowIfNull(captions);
        var style = new CalibratedStyle(StyleSpace.Direction(pictures, [.. captions.Select(caption => caption.Embedding)]), StyleSpace.HalfReach);
        if (engine.DraftSize is not { } side)
        {
            return style;
        }

        var trials = StyleTrial.Of(pictures, captions, MostCaptions);
        var texts = await embedder.EmbedAsync([.. trials.Select(trial => new TextInput(trial.Caption.Text))], cancellationToken).ConfigureAwait(false);
        if (await DrawAsync(trials, texts, 0, side, cancellationToken).ConfigureAwait(false) is not { } plain || plain.Average(drawn => drawn.ToPrompt) <= 0)
        {
            return style;
        }

        var (reach, step, shows) = (0.0, StyleSpace.Reach, false);
        for (var halving = 0; halving < Halvings; halving++)
        {
            step /= 2;
            var styled = await DrawAsync(trials, texts, reach + step, side, cancellationToken).ConfigureAwait(false);
            var keeps = styled is not null && Keeps(plain, styled);

            // Half the weight is the last place that keeps the similarity; where none does, it is the last one tried.
            if (keeps || reach == 0)
            {
                shows = styled is not null && Shows(plain, styled);
            }

            reach += keeps ? step : 0;
        }

        return style with { HalfReach = Math.Max(reach, step), ShowsAtHalf = shows };
    }

    private static bool Keeps(Drawn[] plain, Drawn[] styled)
    {
        var (loss, error) = MeanOf([.. plain.Zip(styled, (before, after) => before.ToPrompt - after.ToPrompt)]);
        return loss + (StandardErrors * error) <= MostLoss * plain.Average(drawn => drawn.ToPrompt);
    }

    private static bool Shows(Drawn[] plain, Drawn[] styled)
    {
        var (gain, error) = MeanOf([.. plain.Zip(styled, (before, after) => after.ToBoard - before.ToBoard)]);
        return gain > error;
    }

    /// <summary>The mean and its standard error, 0 of a single value.</summary>
    private static (double Mean, double Error) MeanOf(double[] values)
    {
        var mean = values.Average();
        return (mean, values.Length == 1 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length));
    }

    /// <summary>Draws a picture of each caption with the style; null = one could not be drawn.</summary>
    private async Task<Drawn[]?> DrawAsync(IReadOnlyList<StyleTrial> trials, IReadOnlyList<float[]> texts, double reach, int side, CancellationToken cancellationToken)
    {
        var drawn = await Task.WhenAll(trials.Select(trial => DrawAsync(trial, reach, side, cancellationToken))).ConfigureAwait(false);
        return drawn.Contains(null)
            ? null
            : [.. drawn.Index().Select(entry => new Drawn(EmbeddingSpace.Cosine(entry.Item!, texts[entry.Index]), trials[entry.Index].ToBoard(entry.Item!)))];
    }

    private async Task<float[]?> DrawAsync(StyleTrial trial, double reach, int side, CancellationToken cancellationToken)
    {
        var embedding = StyleSpace.Move(trial.Caption.Embedding, trial.Direction, reach);
        var request = new GenerationRequest
        {
            Prompt = trial.Caption.Text,
            Seed = trial.Caption.Seed,
            Count = 1,
            Size = side,
            Person = Person,
            Finished = new Dictionary<int, StageResult> { [0] = new(GenerationStage.Prior, embedding, null, []) },
            PreviewsWanted = _ => false,
        };
        if (engine.Validate(request) is not null)
        {
            return null;
        }

        await foreach (var value in engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (value is ImageCompleted { Image: var image })
            {
                return (await embedder.EmbedAsync([new ImageInput(image.ToSource())], cancellationToken).ConfigureAwait(false))[0];
            }
        }

        return null;
    }

    /// <param name="ToPrompt">The cosine to the caption.</param>
    /// <param name="ToBoard">The mean cosine to the style's pictures with other captions.</param>
    private sealed record Drawn(double ToPrompt, double ToBoard);
}

/// <summary>A style that was made, and what half its weight does.</summary>
/// <param name="Direction">See <see cref="StyleSpace.Direction"/>.</param>
/// <param name="HalfReach">The part of the arc to the direction that half the weight is.</param>
/// <param name="ShowsAtHalf">Whether half the weight brings pictures nearer to the style's, by more than the standard error; true where nothing was measured.</param>
public sealed record CalibratedStyle(float[] Direction, double HalfReach, bool ShowsAtHalf = true);
