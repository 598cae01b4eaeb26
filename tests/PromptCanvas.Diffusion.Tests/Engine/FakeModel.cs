using System.Numerics.Tensors;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;
using PromptCanvas.Diffusion.Tokenization;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>A whole unCLIP model of functions: every row is computed from that row's inputs alone, so pictures depend on prompt and seed.</summary>
internal sealed class FakeModel
{
    public const int EmbeddingSize = 4;
    public const int TokenLength = 5;
    public const int ExtraTokens = 1;
    public const int ContextWidth = 3;
    public const int ImageSize = 8;
    public const int MiddleSize = 16;
    public const int LargeSize = 32;

    public FakeModel(ModelRecipe? recipe = null, bool maskedInput = false, int pixelUnshuffle = 2, bool looksAtPictures = true)
    {
        TextEncoder = new FakeNetwork("text_encoder", EncodeText);
        ImageEncoder = new FakeNetwork("image_encoder", EncodePicture);
        Prior = new FakeNetwork("prior", PredictEmbedding);
        TextProjection = new FakeNetwork("text_proj", Project);
        Decoder = new FakeNetwork("decoder", inputs => PredictPicture(inputs, maskedInput));
        First = new FakeNetwork("super_res_first", Upsample);
        Second = new FakeNetwork("super_res_1024", Upsample);
        var settings = new SchedulerSettings { Target = PredictionTarget.CleanSample };
        Model = new UnClipModel
        {
            Name = "fake",
            Tokenizer = new LetterTokenizer(),
            TextEncoder = TextEncoder,
            ImageEncoder = looksAtPictures ? ImageEncoder : null,
            ImageSettings = new ClipImageSettings { Size = ImageSize },
            Prior = new PriorComponent(Prior, settings with { ClipSampleRange = 5 }, new float[EmbeddingSize], [1, 1, 1, 1]),
            TextProjection = new TextProjectionComponent(TextProjection, ExtraTokens),
            Decoder = new DecoderComponent(Decoder, settings, ImageSize, pixelUnshuffle, maskedInput, LearnedVariance: false),
            SuperResolution =
            [
                new SuperResolutionComponent(First, null, settings, ImageSize, MiddleSize, pixelUnshuffle),
                new SuperResolutionComponent(Second, null, settings, MiddleSize, LargeSize, pixelUnshuffle),
            ],
            Recipe = recipe ?? DefaultRecipe,
        };
    }

    public static ModelRecipe DefaultRecipe { get; } = new()
    {
        Prior = new StageRecipe(SamplerKind.Ancestral, 3) { GuidanceScale = 2 },
        Decoder = new StageRecipe(SamplerKind.Ancestral, 6) { GuidanceScale = 3, GuidanceInterval = new GuidanceInterval(1.0 / 3, 2.0 / 3) },
        SuperResolution = [new StageRecipe(SamplerKind.Ddim, 2)],
        Sizes = [ImageSize, MiddleSize, LargeSize],
    };

    public FakeNetwork TextEncoder { get; }

    public FakeNetwork ImageEncoder { get; }

    public FakeNetwork Prior { get; }

    public FakeNetwork TextProjection { get; }

    public FakeNetwork Decoder { get; }

    public FakeNetwork First { get; }

    public FakeNetwork Second { get; }

    public UnClipModel Model { get; }

    /// <summary>Whether the decoder returns NaN.</summary>
    public bool DecoderIsBroken { get; set; }

    /// <summary>Its pictures are black, and worse.</summary>
    public bool DecoderIsBlack { get; set; }

    /// <summary>Seen by tests that check what reaches the decoder: the sample rows of every run.</summary>
    public List<float[]> DecoderSamples { get; } = [];

    /// <summary>The null-image flags of every run of the projection.</summary>
    public List<long[]> NullImages { get; } = [];

    /// <summary>The text embeddings of every run of the projection.</summary>
    public List<float[]> ProjectedTexts { get; } = [];

    private static Dictionary<string, NetworkTensor> EncodeText(IReadOnlyDictionary<string, NetworkTensor> inputs)
    {
        var ids = inputs[NetworkNames.InputIds];
        var states = new float[ids.Rows * TokenLength * EmbeddingSize];
        var embeddings = new float[ids.Rows * EmbeddingSize];
        var sums = ids.Integers.Chunk(TokenLength).Select(row => row.Sum()).ToArray();
        for (var index = 0; index < states.Length; index++)
        {
            states[index] = MathF.Sin(ids.Integers[index / EmbeddingSize] + (index % EmbeddingSize));
        }

        for (var index = 0; index < embeddings.Length; index++)
        {
            embeddings[index] = MathF.Cos(sums[index / EmbeddingSize] + (index % EmbeddingSize));
        }

        return new()
        {
            [NetworkNames.LastHiddenState] = NetworkTensor.Float32(states, ids.Rows, TokenLength, EmbeddingSize),
            [NetworkNames.TextEmbeds] = NetworkTensor.Float32(embeddings, ids.Rows, EmbeddingSize),
        };
    }

    /// <summary>Channel means, and one value that is never 0.</summary>
    private static Dictionary<string, NetworkTensor> EncodePicture(IReadOnlyDictionary<string, NetworkTensor> inputs)
    {
        var pixels = inputs[NetworkNames.PixelValues];
        var embeddings = new float[pixels.Rows * EmbeddingSize];
        var plane = pixels.RowLength / SignedImage.Channels;
        for (var index = 0; index < embeddings.Length; index++)
        {
            var channel = index % EmbeddingSize;
            embeddings[index] = channel < SignedImage.Channels
                ? TensorPrimitives.Sum(pixels.FloatRow(index / EmbeddingSize).Slice(channel * plane, plane)) / plane
                : 1;
        }

        return new() { [NetworkNames.ImageEmbeds] = NetworkTensor.Float32(embeddings, pixels.Rows, EmbeddingSize) };
    }

    private static Dictionary<string, NetworkTensor> PredictEmbedding(IReadOnlyDictionary<string, NetworkTensor> inputs)
    {
        var noisy = inputs[NetworkNames.HiddenStates];
        var text = inputs[NetworkNames.ProjEmbedding];
        var output = new float[noisy.Floats.Length];
        for (var index = 0; index < output.Length; index++)
        {
            output[index] = MathF.Tanh((0.5f * noisy.Floats[index]) + text.Floats[index]);
        }

        return new() { [NetworkNames.PredictedImageEmbedding] = NetworkTensor.Float32(output, noisy.Rows, EmbeddingSize) };
    }

    private static Dictionary<string, NetworkTensor> Upsample(IReadOnlyDictionary<string, NetworkTensor> inputs)
    {
        var sample = inputs[NetworkNames.Sample];
        var half = sample.RowLength / 2;
        var output = new float[sample.Rows * half];
        for (var row = 0; row < sample.Rows; row++)
        {
            var values = sample.FloatRow(row);
            for (var index = 0; index < half; index++)
            {
                output[(row * half) + index] = (0.9f * values[half + index]) + (0.01f * values[index]);
            }
        }

        return new() { [NetworkNames.Sample] = NetworkTensor.Float32(output, sample.Rows, sample.Shape[1] / 2, sample.Shape[2], sample.Shape[3]) };
    }

    private Dictionary<string, NetworkTensor> Project(IReadOnlyDictionary<string, NetworkTensor> inputs)
    {
        var images = inputs[NetworkNames.ImageEmbeddings];
        var nulls = inputs[NetworkNames.NullImage].Integers;
        NullImages.Add(nulls);
        ProjectedTexts.Add(inputs[NetworkNames.PromptEmbeds].Floats);
        var classes = images.Floats.Select((value, index) => nulls[index / EmbeddingSize] == 1 ? 0.1f : value).ToArray();
        var tokens = ExtraTokens + TokenLength;
        return new()
        {
            [NetworkNames.TextEncoderHiddenStates] =
                NetworkTensor.Float32(new float[images.Rows * tokens * ContextWidth], images.Rows, tokens, ContextWidth),
            [NetworkNames.TimeEmbeddings] = NetworkTensor.Float32(classes, images.Rows, EmbeddingSize),
        };
    }

    private Dictionary<string, NetworkTensor> PredictPicture(IReadOnlyDictionary<string, NetworkTensor> inputs, bool maskedInput)
    {
        var sample = inputs[NetworkNames.Sample];
        DecoderSamples.Add((float[])sample.Floats.Clone());
        var classes = inputs[NetworkNames.ClassLabels];
        var channels = maskedInput ? sample.Shape[1] * 3 / 7 : sample.Shape[1];
        var length = channels * sample.Shape[2] * sample.Shape[3];
        var output = new float[sample.Rows * length];
        for (var row = 0; row < sample.Rows; row++)
        {
            var values = sample.FloatRow(row);
            var label = classes.FloatRow(row);
            for (var index = 0; index < length; index++)
            {
                output[(row * length) + index] = DecoderIsBroken ? float.NaN : DecoderIsBlack ? -1.2f : MathF.Tanh((0.3f * values[index]) + label[index % EmbeddingSize]);
            }
        }

        return new() { [NetworkNames.Sample] = NetworkTensor.Float32(output, sample.Rows, channels, sample.Shape[2], sample.Shape[3]) };
    }

    private sealed class LetterTokenizer : ITokenizer
    {
        public int Length => TokenLength;

        public TokenSequence Encode(string text)
        {
            var ids = new long[TokenLength];
            var mask = new long[TokenLength];
            var read = Math.Min(text.Length, TokenLength - 2);
            mask.AsSpan(0, read + 2).Fill(1);
            for (var index = 0; index < read; index++)
            {
                ids[index + 1] = text[index];
            }

            ids[read + 1] = 1;
            return new TokenSequence(ids, mask, read + 1, text[read..]);
        }
    }
}
