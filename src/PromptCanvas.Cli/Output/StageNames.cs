using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Output;

/// <summary>Display names of the stages.</summary>
internal static class StageNames
{
    public static string Of(GenerationStage stage) => stage switch
    {
        GenerationStage.Inversion => "inversion",
        GenerationStage.Prior => "prior",
        GenerationStage.Decoder => "decoder",
        GenerationStage.SuperResolution256 => "upsampling",
        GenerationStage.SuperResolution1024 => "finishing",
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "This stage has no name."),
    };
}
