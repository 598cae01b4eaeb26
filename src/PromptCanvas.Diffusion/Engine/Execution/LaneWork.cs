using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Engine.Stages;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Counts the network work of a picture: the denominator of its progress.</summary>
/// <remarks>The unit is that of <see cref="Stage.WorkPerRow"/>.</remarks>
internal sealed class LaneWork(SchedulerSettings decoderScheduler, Stage[] stages)
{
    /// <summary>The work of one picture, with all that is made ready for its request.</summary>
    public double Total(ActiveRequest request) =>
        (request.Inversions * DecoderStage.InversionRows(decoderScheduler, request.Plan.Decoder) * stages[StageIndices.Decoder].WorkPerRow)
        + (request.PriorSamples * Prior(request))
        + (request.PriorSamples > 0 && request.Plan.SamplesNegative ? request.Plan.Prior.Steps * stages[StageIndices.Prior].WorkPerRow : 0)
        + From(StageIndices.Decoder, request);

    /// <summary>The work of one picture from a stage after the prior on.</summary>
    public double From(int stageIndex, ActiveRequest request)
    {
        var plan = request.Plan;
        var work = stageIndex > StageIndices.Decoder
            ? 0
            : (Stage.TotalRows(plan.Decoder, plan.RePaints, plan.DecoderStart) + stages[StageIndices.Decoder].ClosingSteps)
                * stages[StageIndices.Decoder].WorkPerRow;
        for (var index = Math.Max(0, stageIndex - StageIndices.FirstUpsampler); index < plan.SuperResolution.Length; index++)
        {
            work += Stage.TotalRows(plan.SuperResolution[index]) * stages[StageIndices.FirstUpsampler + index].WorkPerRow;
        }

        return work;
    }

    private double Prior(ActiveRequest request)
    {
        if (request.Request.Overrides.Conditioning == ConditioningMode.AutoregressivePrior)
        {
            var (recipe, count) = request.Plan.Tokens;
            return (recipe.GuidanceScale == 1 ? 1 : 2) * count * stages[StageIndices.Prior].WorkPerRow;
        }

        return Stage.TotalRows(request.Plan.Prior) * stages[StageIndices.Prior].WorkPerRow;
    }
}
