using System.Numerics.Tensors;
using System.Text.Json;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Cli.Bench;

/// <summary>How near a picture is to its caption, by the model's own CLIP.</summary>
internal sealed class ClipJudge(UnClipModel model, INetwork imageEncoder, ClipImageSettings settings)
{
    private readonly ClipImagePreprocessor preprocessor = new(settings);

    /// <summary>Opens the judge of a model; null when its checkpoint has no image encoder.</summary>
    public static ClipJudge? Open(UnClipModel model, string folder)
    {
        var path = Path.Combine(folder, "feature_extractor", "preprocessor_config.json");
        if (model.ImageEncoder is not { } encoder || !File.Exists(path))
        {
            return null;
        }

        using var config = JsonDocument.Parse(File.ReadAllBytes(path));
        var size = config.RootElement.GetProperty("size");
        return new ClipJudge(model, encoder, new ClipImageSettings
        {
            Size = size.ValueKind == JsonValueKind.Number ? size.GetInt32() : size.GetProperty("shortest_edge").GetInt32(),
            Mean = [.. config.RootElement.GetProperty("image_mean").EnumerateArray().Select(value => value.GetSingle())],
            StandardDeviation = [.. config.RootElement.GetProperty("image_std").EnumerateArray().Select(value => value.GetSingle())],
        });
    }

    /// <summary>Cosine of the caption's and the picture's embeddings.</summary>
    public double Similarity(string caption, SignedImage picture, CancellationToken cancellationToken)
    {
        var tokens = model.Tokenizer.Encode(caption);
        var text = model.TextEncoder.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.InputIds] = NetworkTensor.Int64(tokens.Ids, 1, tokens.Ids.Length),
                [NetworkNames.EosIndex] = NetworkTensor.Int64([tokens.EosIndex], 1),
            },
            cancellationToken)[NetworkNames.TextEmbeds].Floats;
        var pixels = preprocessor.Process(picture.Width, picture.Height, picture.ToRgbBytes());
        var image = imageEncoder.Run(
            new Dictionary<string, NetworkTensor> { [NetworkNames.PixelValues] = NetworkTensor.Float32(pixels, 1, SignedImage.Channels, settings.Size, settings.Size) },
            cancellationToken)[NetworkNames.ImageEmbeds].Floats;
        return TensorPrimitives.CosineSimilarity(text, image);
    }
}
