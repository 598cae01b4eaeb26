using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>Text → CLIP image embedding by the prior a request asks for. Their networks differ, so no batch mixes them.</summary>
internal sealed class EitherPriorStage(UnClipModel model, AutoregressivePriorComponent autoregressive, INoiseSource noise)
    : Stage(GenerationStage.Prior, noise)
{
    private readonly PriorStage diffusionStage = new(model, noise);
    private readonly AutoregressivePriorStage autoregressiveStage = new(model, autoregressive, noise);

    public override int ImageSize => 0;

    public override double WorkPerRow => diffusionStage.WorkPerRow;

    public override void Enter(Lane lane, CancellationToken cancellationToken) => StageOf(lane).Enter(lane, cancellationToken);

    public override INetwork NetworkOf(Lane lane) => StageOf(lane).NetworkOf(lane);

    public override NetworkTensor Predict(IReadOnlyList<Lane> lanes, int rows, CancellationToken cancellationToken) =>
        StageOf(lanes[0]).Predict(lanes, rows, cancellationToken);

    public override SignedImage? PredictedImage(Lane lane) => null;

    public override void Leave(Lane lane) => StageOf(lane).Leave(lane);

    public override IReadOnlyList<Lane> Move(IReadOnlyList<Lane> lanes, NetworkTensor output) => StageOf(lanes[0]).Move(lanes, output);

    private Stage StageOf(Lane lane) =>
        lane.Request.Request.Overrides.Conditioning == ConditioningMode.AutoregressivePrior ? autoregressiveStage : diffusionStage;
}
