namespace PromptCanvas.Diffusion.Engine;

/// <summary>The order of the stages: the prior, the decoder, then the upsamplers.</summary>
internal static class StageIndices
{
    public const int Prior = 0;
    public const int Decoder = 1;
    public const int FirstUpsampler = 2;
}
