namespace PromptCanvas.Diffusion.Engine;

/// <summary>The order of the stages: the prior, the decoder, then the upsamplers.</summary>
internal static class StageIndices
{
    public const int Prior = 0;
    public const int Decoder = 1;
    public const int FirstUpsampler = 2;

    /// <summary>Where a request's pictures start: only the priors have steps of their own; everything else starts at the decoder.</summary>
    public static int FirstOf(GenerationRequest request) =>
        request.Origin is null && request.Overrides.Conditioning is ConditioningMode.DiffusionPrior or ConditioningMode.AutoregressivePrior
            ? Prior
            : Decoder;
}
