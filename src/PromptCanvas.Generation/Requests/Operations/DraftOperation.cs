using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Draws small pictures for the prompt, as far as the decoder. <see cref="FinishOperation"/> makes the chosen ones large.</summary>
public sealed record DraftOperation() : JobOperation(Shape)
{
    internal static OperationDefinition Shape { get; } = new(JobKinds.Draft, ApiScopes.Generate, PromptUse.Required, ["prompt", "style", "styleWeight"], _ => new DraftOperation());

    internal override string Title => JobKinds.Draft;

    internal override Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken) =>
        Task.FromResult<Result<EngineRequest>>(new EngineRequest(request, null) { IsDraft = true });
}
