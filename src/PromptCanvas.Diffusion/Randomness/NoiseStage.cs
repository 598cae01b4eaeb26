namespace PromptCanvas.Diffusion.Randomness;

/// <summary>The use of noise; different stages of one seed draw independent noise. The numbers are part of every seed's picture: never change them.</summary>
public enum NoiseStage
{
    /// <summary>The prior.</summary>
    Prior = 0,

    /// <summary>The decoder.</summary>
    Decoder = 1,

    /// <summary>The first upsampler.</summary>
    SuperResolution256 = 2,

    /// <summary>The second upsampler.</summary>
    SuperResolution1024 = 3,
}
