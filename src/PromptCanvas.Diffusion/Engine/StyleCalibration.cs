using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Chooses how far half the weight of a style leads: as far as pictures of the captions of its own pictures stay similar to these. When a style
/// arrives is up to the decoder and differs from style to style, so pictures are drawn and measured.</summary>
/// <param name="engine">Draws small pictures with few steps.</param>
/// <param name="embedder">The CLIP of the same model.</param>
public sealed class StyleCalibration(IImageEngine engine, IEmbedder embedder)
{
    // Less than half of the 5 % that are promised: other prompts lose more than the captions.
    private const double MostLoss = 0.02;

    private const int MostCaptions = 8;
    private const int Halvings = 4;

    // Shapes, colours and ground match those of all steps.
    private const int DecoderSteps = 6;

    /// <summary>Who has the pictures drawn, for the engine's fair shares.</summary>
    public string Person { get; init; } = "";

    /// <summary>The part of the arc to the direction.</summary>
    /// <param name="direction">The style's.</param>
    /// <param name="captions">Those of its pictures, at least one.</param>
    /// <param name="cancellationToken">Ends the drawing.</param>
    /// <returns><see cref="StyleSpace.HalfReach"/> where nothing can be measured, and for models that draw no small pictures, since it would take too long.</returns>
    public async Task<double> HalfReachAsync(float[] direction, IReadOnlyList<StyleCaption> captions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(direction);
        ArgumentNullException.ThrowIfNull(captions);
        if (engine.DraftSize is not { } side)
        {
            return StyleSpace.HalfReach;
        }

        StyleCaption[] chosen = [.. captions.DistinctBy(caption => caption.Text).Take(MostCaptions)];
        var texts = await embedder.EmbedAsync([.. chosen.Select(caption => new TextInput(caption.Text))], cancellationToken).ConfigureAwait(false);
        if (await SimilarityAsync(0).ConfigureAwait(false) is not { } before || before <= 0)
        {
            return StyleSpace.HalfReach;
        }

        var (reach, step) = (0.0, StyleSpace.Reach);
        for (var halving = 0; halving < Halvings; halving++)
        {
            step /= 2;
            reach += await SimilarityAsync(reach + step).ConfigureAwait(false) >= (1 - MostLoss) * before ? step : 0;
        }

        return Math.Max(reach, step);

        // The mean cosine of the captions' pictures to the captions; null = one could not be drawn.
        async Task<double?> SimilarityAsync(double tried)
        {
            var drawn = await Task.WhenAll(chosen.Select(caption => DrawAsync(caption, StyleSpace.Move(caption.Embedding, direction, tried), side, cancellationToken))).ConfigureAwait(false);
            return drawn.Contains(null) ? null : drawn.Zip(texts, (picture, text) => EmbeddingSpace.Cosine(picture!, text)).Average();
        }
    }

    private async Task<float[]?> DrawAsync(StyleCaption caption, float[] embedding, int side, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            Prompt = caption.Text,
            Seed = caption.Seed,
            Count = 1,
            Size = side,
            Person = Person,
            Overrides = new RecipeOverrides { DecoderSteps = DecoderSteps },
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
}

/// <summary>The caption of a style's picture, without the words that describe the style.</summary>
/// <param name="Text">The caption.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Embedding">The image embedding that the prior gives for both.</param>
public sealed record StyleCaption(string Text, uint Seed, float[] Embedding);
