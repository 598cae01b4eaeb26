using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Makes drafts of one job into finished pictures, from what the decoder left. They equal those that the drafts' prompt, seeds and settings make in one go.</summary>
public sealed record FinishOperation([property: JsonPropertyName("pictures")] IReadOnlyList<Guid> Drafts) : JobOperation(Shape)
{
    internal static OperationDefinition Shape { get; } =
        new(JobKinds.Finish, ApiScopes.Generate, PromptUse.Required, ["drafts"], Read)
        {
            PictureKind = JobKinds.Generate,
            WithoutStyle = "Drafts are finished with the style that they were drawn with, so none can be added; leave it out.",
        };

    /// <summary>The drafts' seeds, by index; filled in from the drafts.</summary>
    public IReadOnlyList<uint> Seeds { get; init; } = [];

    internal override string Title => JobKinds.Finish;

    internal override IReadOnlyList<PictureUse> Pictures => [.. Drafts.Select(draft => new PictureUse(draft, JobInputRoles.Draft))];

    internal override JobOperation WithPictures(Func<Guid, Guid> idOf) => this with { Drafts = [.. Drafts.Select(idOf)] };

    internal override Result Check() => Drafts.Count is < 1 or > GenerationRequest.MaximumCount || Drafts.Distinct().Count() != Drafts.Count
        ? new InvalidInput("drafts", $"Name 1 to {GenerationRequest.MaximumCount} different drafts by their ids.")
        : Result.Done;

    internal override Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken) =>
        Task.FromResult<Result<EngineRequest>>(new EngineRequest(request with { Seeds = Seeds }, null));

    private static Result<JobOperation> Read(OperationFields fields)
    {
        var drafts = new List<Guid>();
        foreach (var draft in fields.Drafts ?? [])
        {
            if (!Guid.TryParse(draft, out var id))
            {
                return OperationFields.NoDraft(draft);
            }

            drafts.Add(id);
        }

        return new FinishOperation(drafts);
    }
}
