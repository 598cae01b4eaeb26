namespace PromptCanvas.Diffusion.Schedulers;

/// <summary>Checks that a sampler's steps come once each, in order, with spans of one length.</summary>
/// <param name="plan">The sampler's plan.</param>
internal sealed class StepSequence(TimestepPlan plan)
{
    private int next;

    /// <summary>Accepts the next step.</summary>
    /// <exception cref="ArgumentException">Lengths differ or the step is out of order.</exception>
    public void Advance(int step, ReadOnlySpan<float> noisySample, ReadOnlySpan<float> predicted, ReadOnlySpan<float> cleanSample)
    {
        if (step != next || step >= plan.Steps)
        {
            throw new ArgumentException($"Step {next} of {plan.Steps} was expected, not step {step}.", nameof(step));
        }

        RequireLength(noisySample.Length, predicted, nameof(predicted));
        RequireLength(noisySample.Length, cleanSample, nameof(cleanSample));
        next++;
    }

    /// <summary>Expects the last step once more.</summary>
    /// <exception cref="InvalidOperationException">There was none.</exception>
    public void Rewind()
    {
        if (next == 0)
        {
            throw new InvalidOperationException("No step has been taken that could be taken back.");
        }

        next--;
    }

    /// <summary>Expects a later step first.</summary>
    /// <exception cref="InvalidOperationException">A step has been taken.</exception>
    public void SkipTo(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, plan.Steps);
        if (next != 0)
        {
            throw new InvalidOperationException("Steps have been taken already.");
        }

        next = step;
    }

    /// <summary>Refuses a span of another length.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public static void RequireLength(int length, ReadOnlySpan<float> values, string name)
    {
        if (values.Length != length)
        {
            throw new ArgumentException($"{length} values were expected, not {values.Length}.", name);
        }
    }
}
