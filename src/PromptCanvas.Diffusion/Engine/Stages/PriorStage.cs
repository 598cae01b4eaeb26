using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>Text → CLIP image embedding, by diffusion.</summary>
internal sealed class PriorStage(UnClipModel model, INoiseSource noise) : Stage(GenerationStage.Prior, noise)
{
    private readonly PriorComponent prior = model.Prior;
    private readonly PriorInputs inputs = new(model);

    public override int ImageSize => 0;

    public override double WorkPerRow => Work(model.Prior.Network, 0, model.Tokenizer.Length);

    public override int RowLimit => model.Prior.Network.RowLimit(0);

    public override void Enter(Lane lane, CancellationToken cancellationToken) => BeginRound(lane, 0);

    public override INetwork NetworkOf(Lane lane) => prior.Network;

    public override NetworkTensor Predict(IReadOnlyList<Lane> lanes, int rows, CancellationToken cancellationToken)
    {
        var tensors = inputs.Gather(lanes, rows);
        tensors[NetworkNames.HiddenStates] = NetworkTensor.Float32(GatherInputs(lanes, rows), rows, prior.EmbeddingSize);
        tensors[NetworkNames.Timestep] = Timesteps(lanes, rows);
        return prior.Network.Run(tensors, cancellationToken)[NetworkNames.PredictedImageEmbedding];
    }

    public override SignedImage? PredictedImage(Lane lane) => null;

    public override void Leave(Lane lane)
    {
        var normalised = lane.State.Noisy;
        var embedding = new float[normalised.Length];
        for (var index = 0; index < embedding.Length; index++)
        {
            embedding[index] = (normalised[index] * prior.StandardDeviation[index]) + prior.Mean[index];
        }

        if (lane.State.IsNegative)
        {
            lane.NegativeEmbedding = embedding;
        }
        else
        {
            CandidateChoice.Offer(lane, embedding);
        }

        if (CandidateChoice.WantsAnother(lane))
        {
            BeginRound(lane, lane.State.Round + 1);
        }
    }

    private void BeginRound(Lane lane, int round)
    {
        var initialNoise = new float[prior.EmbeddingSize];
        FillNoise(initialNoise, lane.Seed, INoiseSource.StepOf(round, INoiseSource.InitialNoise));
        var isNegative = round == lane.Request.Plan.PriorCandidates;
        var begun = Begin(lane.Request.Plan.Prior, prior.Scheduler, initialNoise, initialNoise.Length);
        lane.State = begun with
        {
            Round = round,
            Rounds = lane.Request.Plan.PriorRounds(isPicture: lane.Preparation is null),
            IsNegative = isNegative,

            // The negative branch is not guided itself: both its texts are the negative prompt.
            Guidance = isNegative ? 1 : begun.Guidance,
        };
    }
}
