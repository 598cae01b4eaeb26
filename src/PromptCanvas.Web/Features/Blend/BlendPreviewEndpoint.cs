using System.Security.Claims;
using System.Text.Json.Serialization;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Blend;

/// <summary><c>POST /api/sketches</c>: previews a blend while the handle is dragged.</summary>
internal static class BlendPreviewEndpoint
{
    public static void MapBlendPreviews(this IEndpointRouteBuilder api) => api.MapPost("/sketches", DrawAsync).RequireAuthorization(Policies.Vary)
        .WithMetadata(new BlendPreviewWork())
        .Produces(StatusCodes.Status200OK, contentType: "image/webp").Produces(StatusCodes.Status204NoContent)
        .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
        .WithSummary("A 64-pixel preview of a blend; not stored and free of charge. A newer request cancels an older one, which then returns 204. Scope: vary.");

    private static async Task<IResult> DrawAsync(BlendPreviewBody body, ClaimsPrincipal user, IBlendPreviews previews, CancellationToken cancellationToken)
    {
        if (!ReadInputs(body).TryGet(out var inputs, out var unread))
        {
            return unread.ToProblem();
        }

        var drawn = await previews.BlendAsync(
            user.ToActor(), new BlendPreview(inputs, body.Seed) { Model = body.Model, Draft = body.Draft }, cancellationToken);
        return drawn.TryGet(out var picture, out var refusal) ? TypedResults.Bytes(picture.Bytes, picture.ContentType)
            : refusal is Superseded ? TypedResults.NoContent()
            : refusal.ToProblem();
    }

    private static Result<List<BlendInput>> ReadInputs(BlendPreviewBody body)
    {
        var inputs = new List<BlendInput>();
        foreach (var input in body.Inputs ?? [])
        {
            if (input?.Image is { } image && !Guid.TryParse(image, out _))
            {
                return new NotFound($"There is no picture or upload with the id {image}.");
            }

            inputs.Add(new BlendInput(input?.Image is { } id ? Guid.Parse(id) : null, input?.Text, input?.Weight));
        }

        return inputs;
    }
}

/// <summary>The request body of <c>POST /api/sketches</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BlendPreviewBody
{
    public IReadOnlyList<BlendPreviewInput>? Inputs { get; init; }

    /// <summary>Seed of the job that may follow.</summary>
    public uint Seed { get; init; }

    public string? Model { get; init; }

    /// <summary>Fewer steps.</summary>
    public bool Draft { get; init; }
}

/// <summary>A picture or a phrase to blend, with its weight.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BlendPreviewInput
{
    /// <summary>The id of an upload, or of a picture you may see.</summary>
    public string? Image { get; init; }

    public string? Text { get; init; }

    public double? Weight { get; init; }
}
