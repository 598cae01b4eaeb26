using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Conditioning;

/// <summary>Runs a model's two CLIP encoders on several inputs at once.</summary>
internal sealed class ClipEncoder(UnClipModel model)
{
    private readonly ClipImagePreprocessor preprocessor = new(model.ImageSettings);

    /// <summary>The encoders' inputs, prepared on the caller's thread.</summary>
    public EmbeddingItem Prepare(ConditioningInput input) => input switch
    {
        ImageInput { Picture: var picture } => new EmbeddingItem(Pixels(picture), null),
        TextInput { Text: var text } => new EmbeddingItem(null, model.Tokenizer.Encode(text)),
        _ => throw new ArgumentOutOfRangeException(nameof(input), input, "This input has no encoder."),
    };

    /// <summary>A picture in the image encoder's input format.</summary>
    /// <returns>(3, s, s), normalised.</returns>
    public float[] Pixels(SourcePicture picture) => preprocessor.Process(picture.Width, picture.Height, picture.Rgb.Span);

    /// <summary>Embeds items of one kind in one run.</summary>
    /// <returns>One embedding for each, E values, not normalised.</returns>
    public float[][] Encode(IReadOnlyList<EmbeddingItem> items, CancellationToken cancellationToken)
    {
        var embeddings = items[0].IsPicture ? EncodePictures(items, cancellationToken) : EncodeTexts(items, cancellationToken);
        var rows = new float[items.Count][];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = embeddings.FloatRow(row).ToArray();
        }

        return rows;
    }

    private NetworkTensor EncodePictures(IReadOnlyList<EmbeddingItem> items, CancellationToken cancellationToken)
    {
        var side = model.ImageSettings.Size;
        var length = SignedImage.Channels * side * side;
        var pixels = new float[items.Count * length];
        for (var row = 0; row < items.Count; row++)
        {
            items[row].Pixels!.CopyTo(pixels, row * length);
        }

        return model.ImageEncoder!.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.PixelValues] = NetworkTensor.Float32(pixels, items.Count, SignedImage.Channels, side, side),
            },
            cancellationToken)[NetworkNames.ImageEmbeds];
    }

    private NetworkTensor EncodeTexts(IReadOnlyList<EmbeddingItem> items, CancellationToken cancellationToken)
    {
        var length = model.Tokenizer.Length;
        var ids = new long[items.Count * length];
        var ends = new long[items.Count];
        for (var row = 0; row < items.Count; row++)
        {
            items[row].Tokens!.Ids.CopyTo(ids, row * length);
            ends[row] = items[row].Tokens!.EosIndex;
        }

        return model.TextEncoder.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.InputIds] = NetworkTensor.Int64(ids, items.Count, length),
                [NetworkNames.EosIndex] = NetworkTensor.Int64(ends, items.Count),
            },
            cancellationToken)[NetworkNames.TextEmbeds];
    }
}
