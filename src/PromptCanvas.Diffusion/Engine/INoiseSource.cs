using PromptCanvas.Diffusion.Randomness;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Where the standard normal noise of a picture comes from.</summary>
public interface INoiseSource
{
    /// <summary>The step number of a stage's initial noise x_T.</summary>
    const int InitialNoise = -1;

    /// <summary>Fills a block with the noise that belongs to one picture, stage and step, whatever else is being made.</summary>
    /// <param name="destination">Receives standard normal values.</param>
    /// <param name="seed">The picture's own seed.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="step">Loop counter of the step, or <see cref="InitialNoise"/>.</param>
    void Fill(Span<float> destination, uint seed, GenerationStage stage, int step);
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
