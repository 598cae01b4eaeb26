using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Latents;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>Numbers that a decoder of latents derives from its model's weights; computed on first use and cached.</summary>
internal sealed class LatentFacts(UnClipModel model, LatentSpace latents)
{
    /// <summary>Changes whenever the way of fitting does, so that older maps are fitted again.</summary>
    private const string ColoursName = "latent-colours-1";

    private const string NothingName = "embedding-of-nothing-1";

    /// <summary>Side of the pictures the colours are fitted on, in pixels: 256 cells each of a cell of 8.</summary>
    private const int FitSide = 128;

    /// <summary>Below this share of explained variance a linear map shows false colours, and the preview is grey.</summary>
    private const double ColourLimit = 0.7;

    private readonly Dictionary<string, LatentColours> colours = [];
    private float[]? embeddingOfNothing;

    /// <summary>The image embedding of pixels that are all 0 after CLIP's normalisation, E values: the unconditional half of guidance.</summary>
    /// <exception cref="InvalidOperationException"><see cref="PrepareNothing"/> has not been called.</exception>
    public float[] EmbeddingOfNothing => embeddingOfNothing ?? throw new InvalidOperationException("The embedding of nothing has not been prepared.");

    /// <summary>Computes <see cref="EmbeddingOfNothing"/> if it is not cached yet.</summary>
    public void PrepareNothing(CancellationToken cancellationToken) =>
        embeddingOfNothing ??= Recall($"{NothingName}-{model.Fingerprint}", model.Prior.EmbeddingSize, () => EmbedNothing(cancellationToken));

    /// <summary>Computes the colours that are not cached yet.</summary>
    public void PrepareColours(CancellationToken cancellationToken)
    {
        Fit(latents.Autoencoder, cancellationToken);
        if (latents.Inpainting is { } inpainting)
        {
            Fit(inpainting.Autoencoder, cancellationToken);
        }
    }

    /// <summary>How latents of an autoencoder look.</summary>
    public LatentColours Colours(AutoencoderComponent autoencoder) => colours[autoencoder.Fingerprint];

    private void Fit(AutoencoderComponent autoencoder, CancellationToken cancellationToken)
    {
        if (!colours.ContainsKey(autoencoder.Fingerprint))
        {
            var map = Recall(
                $"{ColoursName}-{autoencoder.Fingerprint}",
                LatentColours.LengthFor(autoencoder.Channels),
                () => FitColours(autoencoder, cancellationToken));
            colours.Add(autoencoder.Fingerprint, new LatentColours(map, autoencoder.Channels));
        }
    }

    private float[] Recall(string name, int length, Func<float[]> workOut)
    {
        if (latents.Facts.Find(name) is { } kept && kept.Length == length && Numbers.AreFinite(kept))
        {
            return kept;
        }

        var values = workOut();
        if (!Numbers.AreFinite(values))
        {
            throw new ModelException($"The weights of {model.Name} are damaged: {name} comes out as no numbers. Download the model again.");
        }

        latents.Facts.Keep(name, values);
        return values;
    }

    private float[] EmbedNothing(CancellationToken cancellationToken)
    {
        var side = model.ImageSettings.Size;
        return model.ImageEncoder!.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.PixelValues] = NetworkTensor.Float32(new float[SignedImage.Channels * side * side], 1, SignedImage.Channels, side, side),
            },
            cancellationToken)[NetworkNames.ImageEmbeds].Floats;
    }

    private static float[] FitColours(AutoencoderComponent autoencoder, CancellationToken cancellationToken)
    {
        var fit = new LatentColourFit(autoencoder.Channels);
        for (var index = 0; index < ColourPictures.Count - 1; index++)
        {
            var (latent, seen) = Look(autoencoder, index, cancellationToken);
            fit.Add(latent, seen);
        }

        var map = fit.Solve();
        var (heldBack, truth) = Look(autoencoder, ColourPictures.Count - 1, cancellationToken);
        return fit.Explained(map, heldBack, truth) >= ColourLimit ? map : fit.ToGrey(map);
    }

    /// <summary>A picture's latent, and what the autoencoder shows of it, averaged over the cells: the map imitates the decoder, not the picture.</summary>
    private static (float[] Latent, float[] Colours) Look(AutoencoderComponent autoencoder, int index, CancellationToken cancellationToken)
    {
        var cells = FitSide / autoencoder.Factor;
        var latent = autoencoder.Encode(ColourPictures.Create(index, FitSide), FitSide, FitSide, cancellationToken);
        var decoded = autoencoder.Decode(latent, 1, cells, cells, cancellationToken).Floats;
        return (latent, PictureLayout.BlockMeans(new SignedImage(FitSide, FitSide, decoded), autoencoder.Factor).Values);
    }
}
