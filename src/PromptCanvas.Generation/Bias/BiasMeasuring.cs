using System.Runtime.InteropServices;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Bias.Measuring;

namespace PromptCanvas.Generation.Bias;

/// <summary>Measures pictures by the captions of a plan, with the CLIP of the model that drew them. One plan at a time.</summary>
/// <param name="embedder">The model's CLIP.</param>
/// <param name="plan">The plan.</param>
public sealed class BiasMeasuring(IEmbedder embedder, BiasPlan plan)
{
    private const int CaptionsAtOnce = 64;

    private readonly Dictionary<string, float[]> captions = new(StringComparer.Ordinal);

    /// <summary>The CLIP embeddings of pictures.</summary>
    public Task<IReadOnlyList<float[]>> EmbedAsync(IEnumerable<SourcePicture> pictures, CancellationToken cancellationToken) =>
        embedder.EmbedAsync([.. pictures.Select(picture => new ImageInput(picture))], cancellationToken);

    /// <summary>The probabilities of each attribute's values.</summary>
    /// <param name="prompt">The prompt's place in the plan.</param>
    /// <param name="picture">The picture's CLIP embedding.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<IReadOnlyList<double[]>> MeasureAsync(int prompt, float[] picture, CancellationToken cancellationToken)
    {
        var probabilities = new List<double[]>();
        foreach (var attribute in plan.Attributes)
        {
            var directions = await DirectionsAsync(attribute, plan.Prompts[prompt], cancellationToken);
            probabilities.Add(ZeroShot.Classify(picture, directions));
        }

        return probabilities;
    }

    /// <summary>Reads labelled pictures with the captions of every prompt.</summary>
    /// <returns>By prompt and attribute.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<Confusion>>> CalibrateAsync(IReadOnlyList<BiasLabel> examples, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(examples);
        var prompts = new List<IReadOnlyList<Confusion>>();
        for (var prompt = 0; prompt < plan.Prompts.Count; prompt++)
        {
            var tables = plan.Attributes.Select(attribute => new Confusion(attribute.Values.Count)).ToList();
            foreach (var example in examples)
            {
                var directions = await DirectionsAsync(plan.Attributes[example.Attribute], plan.Prompts[prompt], cancellationToken);
                tables[example.Attribute].Add(example.Value, ZeroShot.Decide(ZeroShot.Classify(example.Embedding, directions), plan.Threshold));
            }

            prompts.Add(tables);
        }

        return prompts;
    }

    /// <summary>Embeds the drawn shapes, for the attributes that they suit.</summary>
    public async Task<IReadOnlyList<BiasLabel>> RenderedLabelsAsync(CancellationToken cancellationToken)
    {
        var labels = new List<BiasLabel>();
        foreach (var (index, attribute) in plan.Attributes.Index().Where(entry => RenderedExamples.Suit(entry.Item)))
        {
            var drawn = RenderedExamples.Of(attribute).ToList();
            var embeddings = await EmbedAsync(drawn.Select(example => example.Picture), cancellationToken);
            labels.AddRange(drawn.Zip(embeddings, (example, embedding) => new BiasLabel(index, example.Value, embedding)));
        }

        return labels;
    }

    /// <summary>Measured probabilities as they are stored.</summary>
    internal static byte[] Pack(IEnumerable<double[]> probabilities) =>
        MemoryMarshal.AsBytes<float>([.. probabilities.SelectMany(values => values).Select(value => (float)value)]).ToArray();

    /// <summary>The probabilities of one attribute's values, from their stored form.</summary>
    internal static double[] Unpack(BiasPlan plan, byte[] packed, int attribute)
    {
        var skip = plan.Attributes.Take(attribute).Sum(before => before.Values.Count);
        return [.. MemoryMarshal.Cast<byte, float>(packed).Slice(skip, plan.Attributes[attribute].Values.Count).ToArray().Select(value => (double)value)];
    }

    private async Task<float[][]> DirectionsAsync(BiasAttribute attribute, string prompt, CancellationToken cancellationToken)
    {
        var texts = attribute.Values.Select(value => value.CaptionsFor(prompt)).ToList();
        foreach (var unknown in texts.SelectMany(captionsOfValue => captionsOfValue).Where(caption => !captions.ContainsKey(caption)).Distinct().Chunk(CaptionsAtOnce).ToList())
        {
            var embeddings = await embedder.EmbedAsync([.. unknown.Select(caption => new TextInput(caption))], cancellationToken);
            foreach (var (caption, embedding) in unknown.Zip(embeddings))
            {
                captions[caption] = embedding;
            }
        }

        return [.. texts.Select(captionsOfValue => ZeroShot.Ensemble([.. captionsOfValue.Select(caption => captions[caption])]))];
    }
}

/// <summary>A labelled picture.</summary>
/// <param name="Attribute">The attribute's place in the plan.</param>
/// <param name="Value">The place of the value that it shows.</param>
/// <param name="Embedding">Its CLIP embedding.</param>
public sealed record BiasLabel(int Attribute, int Value, float[] Embedding);
