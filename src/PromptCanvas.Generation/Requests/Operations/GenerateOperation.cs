using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Draws pictures for the prompt.</summary>
public sealed record GenerateOperation() : JobOperation(Shape)
{
    internal static OperationDefinition Shape { get; } =
        new(JobKinds.Generate, ApiScopes.Generate, PromptUse.Required, ["prompt"], _ => new GenerateOperation());

    internal override string Title => JobKinds.Generate;

    internal override Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken) =>
        Task.FromResult<Result<EngineRequest>>(new EngineRequest(request, null));
}
