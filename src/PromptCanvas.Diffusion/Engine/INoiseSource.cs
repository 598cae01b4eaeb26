using PromptCanvas.Diffusion.Randomness;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>The source of a picture's standard normal noise.</summary>
public interface INoiseSource
{
    /// <summary>The step number of a stage's initial noise x_T.</summary>
    const int InitialNoise = -1;

    /// <summary>The step number of the noise that an image embedding gets in front of the decoder; beyond all rounds.</summary>
    const int EmbeddingNoise = 1 << 26;

    /// <summary>The step number of the noise with which a picture's latent is sampled.</summary>
    const int EncodingNoise = EmbeddingNoise + 1;

    /// <summary>Offset between the step numbers of a stage's samples; more than the steps of any stage.</summary>
    private const int RoundStride = 1 << 16;

    /// <summary>The step number whose noise a step takes when a stage draws several samples of one picture.</summary>
    /// <param name="round">Which sample, from 0; the first takes the steps' own noise.</param>
    /// <param name="step">Loop counter of the step, or <see cref="InitialNoise"/>.</param>
    static int StepOf(int round, int step) => (round * RoundStride) + step;

    /// <summary>Fills a block with the noise of one picture, stage and step, independent of other pictures.</summary>
    /// <param name="destination">Receives standard normal values.</param>
    /// <param name="seed">The picture's own seed.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="step">Loop counter of the step, or <see cref="InitialNoise"/>.</param>
    void Fill(Span<float> destination, uint seed, GenerationStage stage, int step);

    /// <summary>A number that is uniform in (0, 1] and belongs to one picture, stage and step.</summary>
    /// <param name="seed">The picture's own seed.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="step">Loop counter of the step.</param>
    /// <remarks>Half the squared length of two normal values has an exponential distribution (Box and Muller, 1958).</remarks>
    double Uniform(uint seed, GenerationStage stage, int step)
    {
        Span<float> pair = stackalloc float[2];
        Fill(pair, seed, stage, step);
        return Math.Exp(-0.5 * (((double)pair[0] * pair[0]) + ((double)pair[1] * pair[1])));
    }
}

/// <summary>Counter-based noise: a picture's noise depends on its seed, stage and step alone.</summary>
public sealed class PhiloxNoiseSource : INoiseSource
{
    /// <inheritdoc/>
    public void Fill(Span<float> destination, uint seed, GenerationStage stage, int step)
    {
        var noiseStage = stage switch
        {
            GenerationStage.Prior => NoiseStage.Prior,
            GenerationStage.Decoder => NoiseStage.Decoder,
            GenerationStage.SuperResolution256 => NoiseStage.SuperResolution256,
            GenerationStage.SuperResolution1024 => NoiseStage.SuperResolution1024,
            _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "There is no noise for this stage."),
        };
        PhiloxNoise.Fill(destination, seed, noiseStage, step);
    }
}
