using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Provenance;

/// <summary>Replays how a picture was made.</summary>
internal static class ProvenanceEndpoints
{
    private const string Similarity = "Clip-Similarity";

    public static void MapProvenance(this IEndpointRouteBuilder api)
    {
        api.MapGet("/images/{id:guid}/replay", ReplayAsync).RequireAuthorization(Policies.Read).WithMetadata(new BlendPreviewWork())
            .Produces<ReplayBody>().Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Replays every step of a picture's generation at a small size; not stored and free of charge. Scope: read.");
        api.MapGet("/images/{id:guid}/ways/{way}", CompareAsync).RequireAuthorization(Policies.Read).WithMetadata(new BlendPreviewWork())
            .Produces(StatusCodes.Status200OK, contentType: "image/webp").Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A picture's caption at 64 pixels with the same seed, conditioned on the caption alone (none), the text embedding (text-embedding) or a prior (diffusion, autoregressive). "
                + $"The header {Similarity} is the cosine of picture and caption. Free of charge. Scope: read.");
    }

    private static async Task<IResult> ReplayAsync(Guid id, ClaimsPrincipal user, IPictureProvenance provenance, CancellationToken cancellationToken)
    {
        var replay = await provenance.ReplayAsync(user.ToActor(), id, cancellationToken);
        return replay.TryGet(out var frames, out var refusal) ? TypedResults.Ok(new ReplayBody([.. frames.Select(FrameBody.Of)])) : Answer(refusal);
    }

    private static async Task<IResult> CompareAsync(
        Guid id, string way, HttpContext context, IPictureProvenance provenance, CancellationToken cancellationToken)
    {
        if (ConditioningNames.Find(way) is not { } mode)
        {
            return new NotFound($"Unknown mode {way}: choose one of {string.Join(", ", ConditioningNames.All)}.").ToProblem();
        }

        if (!(await provenance.CompareAsync(context.User.ToActor(), id, mode, cancellationToken)).TryGet(out var drawn, out var refusal))
        {
            return Answer(refusal);
        }

        if (drawn.Similarity is { } similarity)
        {
            context.Response.Headers[Similarity] = similarity.ToString("0.####", CultureInfo.InvariantCulture);
        }

        return TypedResults.Bytes(drawn.Picture.Bytes, drawn.Picture.ContentType);
    }

    private static IResult Answer(Refusal refusal) => refusal is Superseded ? TypedResults.NoContent() : refusal.ToProblem();
}

/// <summary>The response of <c>GET /api/images/ID/replay</c>.</summary>
internal sealed record ReplayBody(IReadOnlyList<FrameBody> Frames);

/// <summary>A step of the replay.</summary>
/// <param name="Stage">prior, decoder, superResolution256, superResolution1024 or inversion.</param>
/// <param name="Bytes">The predicted picture, base64.</param>
internal sealed record FrameBody(string Stage, int Step, int Steps, int Width, int Height, string ContentType, byte[] Bytes)
{
    public static FrameBody Of(ProvenanceFrame frame) => new(
        JsonNamingPolicy.CamelCase.ConvertName(frame.Stage.ToString()),
        frame.Step,
        frame.Steps,
        frame.Picture.Width,
        frame.Picture.Height,
        frame.Picture.ContentType,
        frame.Picture.Bytes.ToArray());
}
