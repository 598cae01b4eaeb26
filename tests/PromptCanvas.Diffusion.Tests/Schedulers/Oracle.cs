using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

/// <summary>A network that knows the clean sample.</summary>
internal static class Oracle
{
    /// <summary>Runs a whole plan from the clean sample under this noise and returns what comes out.</summary>
    public static float[] Run(ISampler sampler, NoiseSchedule schedule, PredictionTarget target, float[] clean, float[] noise)
    {
        var alphaBar = schedule.AlphaBar(sampler.Plan.Timestep(0));
        var sample = new float[clean.Length];
        for (var index = 0; index < sample.Length; index++)
        {
            sample[index] = (float)((Math.Sqrt(alphaBar) * clean[index]) + (Math.Sqrt(1 - alphaBar) * noise[index]));
        }

        for (var step = 0; step < sampler.Plan.Steps; step++)
        {
            var predicted = Predict(schedule.AlphaBar(sampler.Plan.Timestep(step)), target, sample, clean);
            sampler.Step(step, sample, predicted, [], new float[sample.Length], new float[sample.Length]);
        }

        return sample;
    }

    /// <summary>The prediction of a perfect network for a noisy sample.</summary>
    public static float[] Predict(double alphaBar, PredictionTarget target, float[] sample, float[] clean)
    {
        var predicted = new float[sample.Length];
        var (signal, spread) = (Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));
        for (var index = 0; index < sample.Length; index++)
        {
            var noise = (sample[index] - (signal * clean[index])) / spread;
            predicted[index] = (float)(target switch
            {
                PredictionTarget.Noise => noise,
                PredictionTarget.CleanSample => clean[index],
                _ => (signal * noise) - (spread * clean[index]),
            });
        }

        return predicted;
    }
}
