using System.Numerics.Tensors;
using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>Text → CLIP image embedding, one quantised principal component at a step.</summary>
/// <remarks>Source: Ramesh et al. (2022), section 2.2. The network runs once for each token, over the whole sequence.</remarks>
internal sealed class AutoregressivePriorStage(UnClipModel model, AutoregressivePriorComponent prior, INoiseSource noise)
    : Stage(GenerationStage.Prior, noise)
{
    private readonly PriorInputs inputs = new(model);

    public override int ImageSize => 0;

    public override double WorkPerRow => Work(prior.Network, 0, model.Tokenizer.Length + prior.ComponentCount);

    public override void Enter(Lane lane, CancellationToken cancellationToken) => BeginRound(lane, 0);

    public override INetwork NetworkOf(Lane lane) => prior.Network;

    public override NetworkTensor Predict(IReadOnlyList<Lane> lanes, int rows, CancellationToken cancellationToken)
    {
        var count = prior.ComponentCount;
        var tokens = new long[rows * count];
        var row = 0;
        foreach (var lane in lanes)
        {
            for (var repeat = 0; repeat < lane.State.Rows; repeat++)
            {
                TokensOf(lane).CopyTo(tokens, row++ * count);
            }
        }

        var tensors = inputs.Gather(lanes, rows);
        tensors[NetworkNames.Tokens] = NetworkTensor.Int64(tokens, rows, count);
        return prior.Network.Run(tensors, cancellationToken)[NetworkNames.Logits];
    }

    public override SignedImage? PredictedImage(Lane lane) => null;

    public override void Leave(Lane lane)
    {
        var embedding = (float[])prior.Mean.Clone();
        var tokens = TokensOf(lane);
        for (var component = 0; component < tokens.Length; component++)
        {
            var amount = prior.Bins[(component * prior.BinCount) + (int)tokens[component]];
            var direction = prior.Components.AsSpan(component * embedding.Length, embedding.Length);
            TensorPrimitives.MultiplyAdd(direction, amount, embedding, embedding);
        }

        CandidateChoice.Offer(lane, embedding);
        if (CandidateChoice.WantsAnother(lane))
        {
            BeginRound(lane, lane.State.Round + 1);
        }
    }

    protected override bool MoveLane(Lane lane, NetworkTensor output, int row, int rows)
    {
        var state = lane.State;
        var position = state.Step * prior.BinCount;
        var logits = output.FloatRow(row + rows - 1).Slice(position, prior.BinCount);
        if (rows == 2)
        {
            ClassifierFreeGuidance.Combine(output.FloatRow(row).Slice(position, prior.BinCount), logits, state.Guidance, logits);
        }

        if (!Numbers.AreFinite(logits))
        {
            return false;
        }

        var uniform = Noise.Uniform(lane.Seed, Kind, INoiseSource.StepOf(state.Round, state.Step));
        TokensOf(lane)[state.Step] = TokenSampling.Draw(logits, lane.Request.Plan.Tokens.Recipe.Temperature, uniform);
        state.Step++;
        return true;
    }

    private static long[] TokensOf(Lane lane) => (long[])lane.State.Conditioning!;

    private void BeginRound(Lane lane, int round) => lane.State = StageState.None with
    {
        Steps = prior.ComponentCount,
        Guidance = lane.Request.Plan.Tokens.Recipe.GuidanceScale,
        Conditioning = new long[prior.ComponentCount],
        Round = round,
        Rounds = lane.Request.Plan.PriorCandidates,
    };
}
