using System.ComponentModel;
using System.Security.Claims;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Web.Components.Pictures;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Mcp;

/// <summary>The tools. Pictures are private, tagged, and charged like those of the pages and other APIs.</summary>
[McpServerToolType]
internal sealed class McpTools(McpInputs inputs, McpJobs jobs, McpPictures pictures)
{
    private const string Tag = "MCP";
    private const int MostFound = 20;
    private const int Captions = 5;
    private const string Style = "The name or id of a style that you may use; none = no style.";
    private const string StyleWeight = "-1 (the opposite of the style) to 1; 0.5 without it.";
    private const string Picture = "The id or resource address of a picture of this studio, or a PNG, JPEG, WebP or AVIF in base64 (or as a data URL).";

    [McpServerTool(Name = "generate_image", Title = "Generate pictures"), Description("Makes pictures from a description. A square picture costs one credit.")]
    public async Task<CallToolResult> GenerateAsync(
        RequestContext<CallToolRequestParams> call,
        IPictureMaking making,
        IStyles styles,
        [Description("What the picture shows.")] string prompt,
        [Description("Number of pictures, 1 to 10.")] int count = 1,
        [Description("The side in pixels: 64, 256, 512 or 1024; the longer one where the picture is not square.")] int size = NewJob.DefaultSize,
        [Description("0 to 4294967295; the same seed gives the same picture. None or -1 = a random one.")] long? seed = null,
        [Description("A model of this studio; none = its default.")] string? model = null,
        [Description("What to avoid in the picture.")] string? negativePrompt = null,
        [Description("Width to height, such as 16:9; none = a square. A picture that a model composes of several squares costs a credit for each.")] string? aspect = null,
        [Description(Style)] string? style = null,
        [Description(StyleWeight)] double? styleWeight = null,
        CancellationToken cancellationToken = default)
    {
        if (!GenerateOperation.WithAspect(aspect).TryGet(out var operation, out var refusal))
        {
            return Refused(refusal);
        }

        if (RequestedSeed.Check(seed).Refusal is { } invalid)
        {
            return Refused(invalid);
        }

        if (!(await ReadStyleAsync(styles, call, style, styleWeight, cancellationToken)).TryGet(out var styled, out var noStyle))
        {
            return Refused(noStyle);
        }

        return await MakeAsync(
            call,
            making,
            operation,
            job => job with
            {
                Prompt = prompt,
                Count = count,
                Size = size,
                Seed = RequestedSeed.Of(seed),
                Model = model,
                NegativePrompt = negativePrompt,
                Style = styled.Choice,
            },
            [],
            cancellationToken);
    }

    // Programs know ids; people say names. What is neither stays, and is refused as unknown.
    private static async Task<Result<Styled>> ReadStyleAsync(
        IStyles styles, RequestContext<CallToolRequestParams> call, string? style, double? weight, CancellationToken cancellationToken)
    {
        var id = string.IsNullOrEmpty(style) || Guid.TryParse(style, out _)
            ? style
            : (await styles.ReadAsync(call.User!.ToActor(), cancellationToken)).FirstOrDefault(one => string.Equals(one.Name, style, StringComparison.OrdinalIgnoreCase))?.Id.ToString() ?? style;
        return StyleChoice.Check(id, weight).Refusal is { } refusal ? refusal : new Styled(StyleChoice.Of(id, weight));
    }

    [McpServerTool(Name = "edit_image", Title = "Edit a picture"), Description("Repaints the masked part of a picture or, without a mask, changes the picture by words and keeps its layout.")]
    public async Task<CallToolResult> EditAsync(
        RequestContext<CallToolRequestParams> call,
        IPictureMaking making,
        IStyles styles,
        [Description(Picture)] string image,
        [Description("What the picture should show.")] string prompt,
        [Description("Same size as the picture: transparent or black = repaint. " + Picture)] string? mask = null,
        [Description("Number of pictures, 1 to 10.")] int count = 1,
        [Description(Style)] string? style = null,
        [Description(StyleWeight)] double? styleWeight = null,
        CancellationToken cancellationToken = default)
    {
        var actor = call.User!.ToActor();
        var notes = new List<string>();
        if (!(await ReadStyleAsync(styles, call, style, styleWeight, cancellationToken)).TryGet(out var styled, out var noStyle))
        {
            return Refused(noStyle);
        }

        if (!(await inputs.IdOfAsync(actor, image, notes, cancellationToken)).TryGet(out var source, out var noSource))
        {
            return Refused(noSource);
        }

        if (mask is null)
        {
            return await MakeAsync(call, making, new TextDifferenceOperation(source, "", prompt.Trim()) { StandsAlone = true }, job => job with { Count = count, Style = styled.Choice }, notes, cancellationToken, ApiScopes.Edit);
        }

        return (await inputs.IdOfAsync(actor, mask, notes, cancellationToken)).TryGet(out var hole, out var noMask)
            ? await MakeAsync(call, making, new EditOperation(source, hole), job => job with { Prompt = prompt, Count = count, Style = styled.Choice }, notes, cancellationToken)
            : Refused(noMask);
    }

    [McpServerTool(Name = "vary_image", Title = "Vary a picture"), Description("Makes other pictures of the same thing.")]
    public async Task<CallToolResult> VaryAsync(
        RequestContext<CallToolRequestParams> call,
        IPictureMaking making,
        IStyles styles,
        [Description(Picture)] string image,
        [Description("0 = the same picture … 1 = only the subject stays.")] double strength = 1,
        [Description("Number of pictures, 1 to 10.")] int count = 1,
        [Description(Style)] string? style = null,
        [Description(StyleWeight)] double? styleWeight = null,
        CancellationToken cancellationToken = default)
    {
        if (!(await ReadStyleAsync(styles, call, style, styleWeight, cancellationToken)).TryGet(out var styled, out var noStyle))
        {
            return Refused(noStyle);
        }

        var notes = new List<string>();
        return (await inputs.IdOfAsync(call.User!.ToActor(), image, notes, cancellationToken)).TryGet(out var source, out var refusal)
            ? await MakeAsync(call, making, new VaryOperation(source, strength), job => job with { Count = count, Style = styled.Choice }, notes, cancellationToken)
            : Refused(refusal);
    }

    [McpServerTool(Name = "blend_images", Title = "Blend pictures and phrases"), Description("Mixes 2 to 4 pictures and phrases into one picture.")]
    public async Task<CallToolResult> BlendAsync(
        RequestContext<CallToolRequestParams> call,
        IPictureMaking making,
        IStyles styles,
        [Description("Pictures. " + Picture)] string[] images,
        [Description("Phrases to mix in.")] string[]? texts = null,
        [Description("One weight for each picture, then for each phrase; none = equal weights.")] double[]? weights = null,
        [Description("Number of pictures, 1 to 10.")] int count = 1,
        [Description(Style)] string? style = null,
        [Description(StyleWeight)] double? styleWeight = null,
        CancellationToken cancellationToken = default)
    {
        if (!(await ReadStyleAsync(styles, call, style, styleWeight, cancellationToken)).TryGet(out var styled, out var noStyle))
        {
            return Refused(noStyle);
        }

        var (members, notes) = (new List<BlendInput>(), new List<string>());
        foreach (var image in images)
        {
            if (!(await inputs.IdOfAsync(call.User!.ToActor(), image, notes, cancellationToken)).TryGet(out var id, out var refusal))
            {
                return Refused(refusal);
            }

            members.Add(new BlendInput(id, null));
        }

        members.AddRange((texts ?? []).Select(text => new BlendInput(null, text)));
        if (weights is not null && weights.Length != members.Count)
        {
            return Refused(new InvalidInput("weights", $"There are {weights.Length} weights for {members.Count} pictures and phrases: give one for each."));
        }

        var weighted = weights is null ? members : [.. members.Zip(weights, (member, weight) => member with { Weight = weight })];
        return await MakeAsync(call, making, new BlendOperation(weighted), job => job with { Count = count, Style = styled.Choice }, notes, cancellationToken);
    }

    [McpServerTool(Name = "describe_image", Title = "Describe a picture", ReadOnly = true), Description("The captions of the model's list that match a picture best.")]
    public async Task<CallToolResult> DescribeAsync(
        RequestContext<CallToolRequestParams> call, IPictureProvenance provenance, IUploadCaptions captions, [Description(Picture)] string image, CancellationToken cancellationToken = default)
    {
        var actor = call.User!.ToActor();
        if (RefuseScope(call.User!, ApiScopes.Read) is { } forbidden)
        {
            return forbidden;
        }

        var notes = new List<string>();
        if (!(await inputs.IdOfAsync(actor, image, notes, cancellationToken)).TryGet(out var id, out var refusal))
        {
            return Refused(refusal);
        }

        var ranked = await provenance.DescribeAsync(actor, id, Captions, cancellationToken);
        var found = ranked.Count > 0 ? string.Join("\n", ranked.Select(caption => caption.Caption)) : await captions.CaptionAsync(actor, id, null, cancellationToken);
        return found is null ? Refused(new NotFound("There is no such picture, or the model has no captions to choose from.")) : Said([found, .. notes]);
    }

    [McpServerTool(Name = "search_gallery", Title = "Search the gallery", ReadOnly = true), Description("Finds pictures of yours and of your team by the words of their prompts, or by what they show.")]
    public static async Task<CallToolResult> SearchAsync(
        RequestContext<CallToolRequestParams> call,
        ILibrary library,
        [Description("Words that must all occur in the prompt; with byMeaning, a description of the picture.")] string words,
        [Description("Search by what the pictures show.")] bool byMeaning = false,
        [Description("At most this many pictures, up to 20.")] int limit = 10,
        CancellationToken cancellationToken = default)
    {
        if (RefuseScope(call.User!, ApiScopes.Read) is { } forbidden)
        {
            return forbidden;
        }

        var page = await library.ReadAsync(
            call.User!.ToActor(), new LibraryFilter { Words = words, ByMeaning = byMeaning }, null, Math.Clamp(limit, 1, MostFound), cancellationToken);
        return new CallToolResult
        {
            Content = [new TextContentBlock { Text = $"{page.Pictures.Count} pictures found." }, .. page.Pictures.Select(picture => McpPictures.Link(picture.Id, picture.Prompt))],
        };
    }

    [McpServerTool(Name = "get_job", Title = "Look at a job", ReadOnly = true), Description("The state of one of your jobs, and its finished pictures.")]
    public async Task<CallToolResult> JobAsync(
        RequestContext<CallToolRequestParams> call, IJobQueries queries, [Description("The job's id.")] string id, CancellationToken cancellationToken = default)
    {
        if (RefuseScope(call.User!, ApiScopes.Read) is { } forbidden)
        {
            return forbidden;
        }

        return Guid.TryParse(id, out var jobId) && await queries.FindAsync(call.User!.ToActor(), jobId, cancellationToken) is { } job
            ? await pictures.DescribeAsync(job, cancellationToken)
            : Refused(new NotFound("There is no job with this id."));
    }

    private static CallToolResult Said(IEnumerable<string> texts) => new() { Content = [.. texts.Select(text => new TextContentBlock { Text = text })] };

    internal static CallToolResult Refused(Refusal refusal) => new() { Content = [new TextContentBlock { Text = refusal.Message }], IsError = true };

    private static CallToolResult? RefuseScope(ClaimsPrincipal user, string scope) =>
        user.HasClaim(StudioClaims.Scope, scope) ? null : Refused(new Forbidden($"This key may not do that; use one with the scope \"{scope}\"."));

    /// <param name="notes">What the person should know about the files that the call brought.</param>
    /// <param name="scope">The scope that the key needs; null = the kind's own.</param>
    private async Task<CallToolResult> MakeAsync(
        RequestContext<CallToolRequestParams> call, IPictureMaking making, JobOperation operation, Func<NewJob, NewJob> complete, IReadOnlyList<string> notes, CancellationToken cancellationToken, string? scope = null)
    {
        if (RefuseScope(call.User!, scope ?? Policies.ScopeOf(operation.Kind)) is { } forbidden)
        {
            return forbidden;
        }

        var actor = call.User!.ToActor();
        var job = complete(new NewJob { IdempotencyKey = Guid.NewGuid().ToString(), Operation = operation, Visibility = Data.Pictures.Visibilities.Private, Tag = Tag });
        if (!(await making.HandleAsync(job, actor, cancellationToken)).TryGet(out var id, out var refusal))
        {
            return Refused(refusal);
        }

        if (await jobs.FollowAsync(actor, id, call, cancellationToken) is not { } made)
        {
            return Refused(new NotFound("The job is gone."));
        }

        var result = await pictures.DescribeAsync(made, cancellationToken);
        result.Content = [.. result.Content, .. Said(notes).Content];
        return result;
    }

    /// <param name="Choice">Null = no style.</param>
    private sealed record Styled(StyleChoice? Choice);
}
