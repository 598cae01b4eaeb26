using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Maps request fields to a validated request, with DALL·E 2's defaults and limits.</summary>
internal sealed class ImageRequests(ModelNames models)
{
    private const int LargestCount = 10;
    private const int MostPartialImages = 3;

    // As many as newer models of OpenAI take.
    private const int MostImages = 16;

    /// <returns>The request, or why its first invalid field is refused.</returns>
    public async Task<Result<ImageRequest>> ReadAsync(string kind, HttpRequest request, CancellationToken cancellationToken)
    {
        var body = kind == JobKinds.Generate || (kind == JobKinds.Edit && request.HasJsonContentType())
            ? await RequestFields.FromJsonAsync(request, withPictures: kind == JobKinds.Edit, cancellationToken)
            : await RequestFields.FromFormAsync(request, cancellationToken);
        if (!body.TryGet(out var fields, out var unreadable))
        {
            return unreadable;
        }

        var images = kind == JobKinds.Generate ? [] : Images(fields, kind);
        var mask = kind == JobKinds.Edit ? fields.Picture("mask") : null;
        var streams = kind != JobKinds.Vary && fields.Flag("stream");
        var (model, family) = Model(fields);
        var (prompt, rest) = kind == JobKinds.Vary ? ("", "") : Prompt(fields, family);
        CheckStyle(fields, family);
        var read = new ImageRequest(kind)
        {
            Prompt = prompt,
            PromptRest = rest,
            Model = model,
            Family = family,
            QualityInAnswers = Quality(fields, family),
            Count = fields.Number("n", 1, 1, LargestCount),
            Size = Size(fields, family, kind == JobKinds.Edit && images.Count > 0 ? images[0] : null),
            HasSize = fields.Text("size") is not (null or "" or ImageRequest.Auto),
            GivesBytes = family.IsOfGptImage || fields.Choice("response_format", "url", "url", "b64_json") == "b64_json" || streams,
            Style = Style(fields),
            User = User(fields),
            Format = Format(fields),
            Quality = Math.Max(1, fields.Number("output_compression", 100, 0, 100)),
            Streams = streams,
            PartialImages = fields.Number("partial_images", 0, 0, MostPartialImages),
            Images = images,
            Mask = mask,
        };
        return fields.Refusal is { } refusal ? refusal : read;
    }

    private static (string Kept, string Unread) Prompt(RequestFields fields, ModelFamily family)
    {
        var prompt = fields.Text("prompt") ?? fields.Refuse(OpenAiFaults.Missing("prompt"), "");
        var length = RequestRules.CodePoints(prompt);
        return length <= family.LongestPrompt
            ? UnreadPrompt.Divide(prompt)
            : fields.Refuse(OpenAiFaults.TooLong("prompt", length, family.LongestPrompt), ("", ""));
    }

    private static IReadOnlyList<byte[]> Images(RequestFields fields, string kind)
    {
        var images = fields.Pictures("image", kind == JobKinds.Edit ? MostImages : 1);
        return images.Count > 0 ? images : fields.Refuse(OpenAiFaults.Missing("image"), images);
    }

    /// <param name="edited">The picture whose shape is the default; null = the standard size.</param>
    private static NamedSize Size(RequestFields fields, ModelFamily family, byte[]? edited)
    {
        if (fields.Text("size") is { Length: > 0 } and not ImageRequest.Auto)
        {
            return NamedSize.Parse(fields.Choice("size", NamedSize.Standard.ToString(), [.. family.Sizes]));
        }

        return edited is not null && PictureShape.SizeOf(edited) is { } size
            ? new NamedSize(size.Width, size.Height).WithLongerSide(NamedSize.Standard.Width)
            : NamedSize.Standard;
    }

    // Only the qualities of newer models have a name in responses.
    private static string Quality(RequestFields fields, ModelFamily family)
    {
        var quality = fields.Choice("quality", ImageRequest.Auto, [.. family.Qualities]);
        return quality is "low" or "medium" or "high" ? quality : ImageRequest.Auto;
    }

    // The model has one style and no transparency, but the values must still be valid.
    private static void CheckStyle(RequestFields fields, ModelFamily family)
    {
        if (family.HasStyle)
        {
            fields.Choice("style", "vivid", "vivid", "natural");
        }

        if (family.IsOfGptImage)
        {
            fields.Choice("background", ImageRequest.Auto, "transparent", "opaque", ImageRequest.Auto);
            fields.Choice("moderation", ImageRequest.Auto, "low", ImageRequest.Auto);
            fields.Choice("input_fidelity", "low", "low", "high");
        }
    }

    // "style" is a field of DALL·E 3.
    private static StyleChoice? Style(RequestFields fields)
    {
        var (style, weight) = (fields.Text("style_id"), fields.Fraction("style_weight"));
        return StyleChoice.Check(style, weight).Refusal is { } refusal ? fields.Refuse<StyleChoice?>(refusal, null) : StyleChoice.Of(style, weight);
    }

    private static string? User(RequestFields fields) => fields.Text("user") switch
    {
        null or "" => null,
        { Length: > NewJob.MaximumEndUserLength } user => fields.Refuse<string?>(OpenAiFaults.TooLong("user", user.Length, NewJob.MaximumEndUserLength), null),
        var user => user,
    };

    private static PictureFormat Format(RequestFields fields) => fields.Choice("output_format", "png", "png", "jpeg", "webp") switch
    {
        "jpeg" => PictureFormat.Jpeg,
        "webp" => PictureFormat.WebP,
        _ => PictureFormat.Png,
    };

    private (string? Model, ModelFamily Family) Model(RequestFields fields)
    {
        var name = fields.Text("model") ?? "";
        return models.TryFind(name, out var model) ? (model, ModelFamily.Of(name)) : fields.Refuse<(string?, ModelFamily)>(OpenAiFaults.UnknownModel(name), (null, ModelFamily.DallE2));
    }
}
