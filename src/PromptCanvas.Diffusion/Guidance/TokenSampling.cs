namespace PromptCanvas.Diffusion.Guidance;

/// <summary>Draws a token from a network's logits.</summary>
public static class TokenSampling
{
    /// <summary>The first token at which the cumulative softmax of logits / temperature reaches a uniform number.</summary>
    /// <param name="logits">One finite value for each token; at least one.</param>
    /// <param name="temperature">0 = always the likeliest token; 1 = the network's own distribution.</param>
    /// <param name="uniform">In (0, 1].</param>
    /// <returns>0 … number of logits − 1.</returns>
    /// <exception cref="ArgumentException">There are no logits, or temperature or number are outside their range.</exception>
    public static int Draw(ReadOnlySpan<float> logits, double temperature, double uniform)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(temperature);
        if (logits.IsEmpty || !(uniform > 0 && uniform <= 1))
        {
            throw new ArgumentException("A token is drawn from at least one logit with a number in (0, 1].", nameof(uniform));
        }

        var likeliest = 0;
        for (var token = 1; token < logits.Length; token++)
        {
            likeliest = logits[token] > logits[likeliest] ? token : likeliest;
        }

        if (temperature == 0)
        {
            return likeliest;
        }

        var total = 0.0;
        foreach (var logit in logits)
        {
            total += Math.Exp((logit - logits[likeliest]) / temperature);
        }

        var reached = 0.0;
        for (var token = 0; token < logits.Length; token++)
        {
            reached += Math.Exp((logits[token] - logits[likeliest]) / temperature);
            if (reached >= uniform * total)
            {
                return token;
            }
        }

        return logits.Length - 1;
    }
}
