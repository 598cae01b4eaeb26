using System.Security.Claims;
using System.Text.Json.Serialization;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Styles;

/// <summary><c>/api/styles</c>: styles for programs and for the slider on the Create page.</summary>
internal static class StyleEndpoints
{
    public static void MapStyles(this IEndpointRouteBuilder api)
    {
        api.MapGet("/styles", ReadAsync).RequireAuthorization(Policies.Read)
            .WithSummary("The styles that you may use: your own, those of boards that you may see, and the team's. Scope: read.");
        api.MapPost("/styles", MakeAsync).RequireAuthorization(Policies.Make).WithMetadata(new BlendPreviewWork())
            .Produces<StyleView>(StatusCodes.Status201Created).ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Makes a style from a board, or from 2 to 20 pictures; free of charge. Scope: generate.");
        api.MapPatch("/styles/{id:guid}", ChangeAsync).RequireAuthorization(Policies.Make)
            .Produces<StyleView>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Renames a style of your own, and shares it with the team or not; one of a board is visible as the board is. Scope: generate.");
        api.MapDelete("/styles/{id:guid}", DeleteAsync).RequireAuthorization(Policies.Make)
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Deletes a style of your own. Pictures made with it stay. Scope: generate.");
        api.MapPost("/styles/{id:guid}/sketches", DrawAsync).RequireAuthorization(Policies.Make).WithMetadata(new BlendPreviewWork())
            .Produces(StatusCodes.Status200OK, contentType: "image/webp").Produces(StatusCodes.Status204NoContent)
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A 64-pixel preview of a prompt with a style; not stored and free of charge. A newer request cancels an older one, which then returns 204. Scope: generate.");
    }

    private static Task<IReadOnlyList<StyleView>> ReadAsync(ClaimsPrincipal user, IStyles styles, CancellationToken cancellationToken) =>
        styles.ReadAsync(user.ToActor(), cancellationToken);

    private static async Task<IResult> MakeAsync(StyleBody body, ClaimsPrincipal user, HttpRequest request, IStyleMaking making, IStyles styles, CancellationToken cancellationToken)
    {
        if (!ReadBody(body).TryGet(out var asked, out var unread))
        {
            return unread.ToProblem();
        }

        return (await making.MakeAsync(user.ToActor(), asked, cancellationToken)).TryGet(out var made, out var refusal)
            ? TypedResults.Created($"{request.PathBase}/api/styles/{made.Id}", await styles.FindAsync(user.ToActor(), made.Id, cancellationToken) is { } style ? style with { ShowsAtHalf = made.ShowsAtHalf } : null)
            : refusal.ToProblem();
    }

    private static async Task<IResult> ChangeAsync(Guid id, StyleChangeBody body, ClaimsPrincipal user, IStyles styles, CancellationToken cancellationToken)
    {
        if (await styles.FindAsync(user.ToActor(), id, cancellationToken) is not { IsMine: true } now)
        {
            return new NotFound("You have no style with this address.").ToProblem();
        }

        return (await styles.ChangeAsync(user.ToActor(), id, body.Name ?? now.Name, body.Visibility ?? now.Visibility, cancellationToken)).Refusal is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(await styles.FindAsync(user.ToActor(), id, cancellationToken));
    }

    private static async Task<IResult> DeleteAsync(Guid id, ClaimsPrincipal user, IStyles styles, CancellationToken cancellationToken) =>
        (await styles.DeleteAsync(user.ToActor(), id, cancellationToken)).Refusal is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();

    private static async Task<IResult> DrawAsync(Guid id, StyleSketchBody body, ClaimsPrincipal user, IStylePreviews previews, CancellationToken cancellationToken)
    {
        var asked = new StylePreview(body.Prompt ?? "", new StyleChoice(id, body.Weight ?? StyleChoice.DefaultWeight), body.Seed)
        {
            NegativePrompt = body.NegativePrompt,
            Model = body.Model,
            Draft = body.Draft,
        };
        return (await previews.DrawAsync(user.ToActor(), asked, cancellationToken)).TryGet(out var picture, out var refusal)
            ? TypedResults.Bytes(picture.Bytes, picture.ContentType)
            : refusal is Superseded ? TypedResults.NoContent() : refusal.ToProblem();
    }

    private static Result<NewStyle> ReadBody(StyleBody body)
    {
        if ((body.Board is null) == (body.Pictures is null))
        {
            return new InvalidInput("board", "Name a board, or pictures.");
        }

        if (body.Board is { } board && !Guid.TryParse(board, out _))
        {
            return new NotFound($"There is no board with the id {board}.");
        }

        if (body.Pictures?.FirstOrDefault(picture => !Guid.TryParse(picture, out _)) is { } wrong)
        {
            return new NotFound($"There is no picture or upload with the id {wrong}.");
        }

        return new NewStyle(body.Name ?? "")
        {
            Board = body.Board is null ? null : Guid.Parse(body.Board),
            Pictures = [.. (body.Pictures ?? []).Select(picture => Guid.TryParse(picture, out var id) ? id : Guid.Empty)],
            Model = body.Model,
        };
    }
}

/// <summary>The request body of <c>POST /api/styles</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StyleBody
{
    public string? Name { get; init; }

    /// <summary>The id of a board that you may see; its newest 20 pictures with captions count.</summary>
    public string? Board { get; init; }

    /// <summary>The ids of 2 to 20 pictures that you may see, in place of a board.</summary>
    public IReadOnlyList<string?>? Pictures { get; init; }

    /// <summary>The model that will use the style; default the studio's.</summary>
    public string? Model { get; init; }
}

/// <summary>The request body of <c>PATCH /api/styles/{id}</c>; what is left out stays.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StyleChangeBody
{
    public string? Name { get; init; }

    /// <summary>team or private.</summary>
    public string? Visibility { get; init; }
}

/// <summary>The request body of <c>POST /api/styles/{id}/sketches</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StyleSketchBody
{
    public string? Prompt { get; init; }

    public string? NegativePrompt { get; init; }

    /// <summary>-1 … 1; default 0.5.</summary>
    public double? Weight { get; init; }

    /// <summary>Seed of the job that may follow.</summary>
    public uint Seed { get; init; }

    public string? Model { get; init; }

    /// <summary>Fewer steps.</summary>
    public bool Draft { get; init; }
}
