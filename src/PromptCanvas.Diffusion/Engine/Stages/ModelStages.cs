using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>The stages of a model in the order of <see cref="StageIndices"/>: prior, decoder, upsamplers.</summary>
internal static class ModelStages
{
    public static Stage[] Of(UnClipModel model, INoiseSource noise) =>
    [
        model.AutoregressivePrior is { } prior ? new EitherPriorStage(model, prior, noise) : new PriorStage(model, noise),
        model.Latents is { } latents ? new LatentDecoderStage(model, latents, noise) : new DecoderStage(model, noise),
        .. model.SuperResolution.Select((component, index) => new SuperResolutionStage(component, index, noise)),
    ];
}
