namespace PromptCanvas.Diffusion.Engine;

/// <summary>Where a picture is on its way.</summary>
public enum GenerationStage
{
    /// <summary>Text → image embedding.</summary>
    Prior,

    /// <summary>Image embedding → small picture.</summary>
    Decoder,

    /// <summary>The first upsampler (64² → 256²).</summary>
    SuperResolution256,

    /// <summary>The second upsampler (256² → 1024²).</summary>
    SuperResolution1024,

    /// <summary>A given picture → the noise the decoder draws it from; done once for all pictures of a request.</summary>
    Inversion,
}

/// <summary>Seconds one picture spent in one stage.</summary>
/// <param name="Stage">Which stage.</param>
/// <param name="Seconds">Its share of the networks' time.</param>
public sealed record StageTiming(GenerationStage Stage, double Seconds);
