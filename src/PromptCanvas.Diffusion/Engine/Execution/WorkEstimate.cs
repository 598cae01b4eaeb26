using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Engine.Stages;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>The computational cost of a request, from counts and not from measurements.</summary>
internal static class WorkEstimate
{
    /// <summary>Operations of all pictures of a request in the prior, the decoder and the upsamplers; without the encoding of its inputs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="request">A valid request.</param>
    /// <returns>0 where a network does not know its own.</returns>
    public static double OperationsOf(UnClipModel model, GenerationRequest request)
    {
        var plan = StagePlan.Create(model, request);
        var decoder = model.Decoder.Network.OperationsPerRow(DecoderGrid(model, plan));
        var prior = PriorOperations(model, request, plan);
        if (decoder == 0 || prior is null)
        {
            return 0;
        }

        var picture = prior.Value + (Stage.TotalRows(plan.Decoder, plan.RePaints, plan.DecoderStart) * decoder);
        for (var index = 0; index < plan.SuperResolution.Length; index++)
        {
            var stage = model.SuperResolution[index];
            picture += Stage.TotalRows(plan.SuperResolution[index]) * stage.Network.OperationsPerRow(stage.OutputSize / stage.PixelUnshuffle);
        }

        return (request.ImageIndices?.Count ?? request.Count) * picture;
    }

    /// <summary>Side of the grid the decoder works on; of an oblong latent, of the square with as many cells.</summary>
    private static int DecoderGrid(UnClipModel model, StagePlan plan) => model.Latents is { Autoencoder.Factor: var factor }
        ? (int)Math.Round(Math.Sqrt((double)plan.Made.Width * plan.Made.Height) / factor)
        : model.Decoder.ImageSize / model.Decoder.PixelUnshuffle;

    /// <summary>Operations of the prior for one picture; 0 where another embedding takes its place, null where they are not known.</summary>
    private static double? PriorOperations(UnClipModel model, GenerationRequest request, StagePlan plan)
    {
        if (model.WithoutText is not null || StageIndices.FirstOf(request) != StageIndices.Prior)
        {
            return 0;
        }

        var tokens = request.Overrides.Conditioning == ConditioningMode.AutoregressivePrior;
        var network = tokens ? model.AutoregressivePrior!.Network : model.Prior.Network;
        var rows = tokens ? (plan.Tokens.Recipe.GuidanceScale == 1 ? 1 : 2) * plan.Tokens.Count : Stage.TotalRows(plan.Prior);
        var operations = network.OperationsPerRow(0);
        return operations == 0 ? null : plan.PriorCandidates * rows * operations;
    }
}
