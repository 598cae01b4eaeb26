using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Generation.Bias.Measuring;

/// <summary>CLIP as a classifier without training: the caption closest to a picture names its value.</summary>
/// <remarks>Source: Radford et al. (2021), Learning Transferable Visual Models From Natural Language Supervision, section 3.1.</remarks>
public static class ZeroShot
{
    /// <summary>The scale at which CLIP's training is capped, and at which published models end: exp(logit_scale).</summary>
    public const double LogitScale = 100;

    /// <summary>One direction for several captions of a value: the mean of their unit vectors.</summary>
    /// <param name="captions">At least one, each E values.</param>
    public static float[] Ensemble(IReadOnlyList<float[]> captions)
    {
        ArgumentNullException.ThrowIfNull(captions);
        ArgumentOutOfRangeException.ThrowIfZero(captions.Count, nameof(captions));
        var mean = new float[captions[0].Length];
        foreach (var caption in captions)
        {
            var length = EmbeddingSpace.Length(caption);
            for (var at = 0; at < mean.Length && length > 0; at++)
            {
                mean[at] += (float)(caption[at] / (length * captions.Count));
            }
        }

        return mean;
    }

    /// <summary>The softmax of the scaled cosines.</summary>
    /// <param name="picture">The picture's CLIP embedding, E values.</param>
    /// <param name="values">The direction of each value, E values.</param>
    /// <returns>The probability of each value; they add up to 1.</returns>
    public static double[] Classify(ReadOnlySpan<float> picture, IReadOnlyList<float[]> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var logits = new double[values.Count];
        for (var value = 0; value < logits.Length; value++)
        {
            logits[value] = LogitScale * EmbeddingSpace.Cosine(picture, values[value]);
        }

        var most = logits.Max();
        var sum = 0.0;
        for (var value = 0; value < logits.Length; value++)
        {
            logits[value] = Math.Exp(logits[value] - most);
            sum += logits[value];
        }

        return [.. logits.Select(weight => weight / sum)];
    }

    /// <summary>The most probable value; null = uncertain, because its probability is below the threshold.</summary>
    public static int? Decide(IReadOnlyList<double> probabilities, double threshold)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        var best = 0;
        for (var value = 1; value < probabilities.Count; value++)
        {
            best = probabilities[value] > probabilities[best] ? value : best;
        }

        return probabilities[best] >= threshold ? best : null;
    }
}
