using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Maps request fields to a validated request, with DALL·E 2's defaults and limits.</summary>
internal sealed class ImageRequests(IEngineProvider engines)
{
    /// <summary>The model name that selects this installation's default model.</summary>
    public const string DefaultModel = "dall-e-2";

    private const int LargestCount = 10;
    private const int MostPartialImages = 3;

    /// <exception cref="OpenAiException">A field is invalid.</exception>
    public async Task<ImageRequest> ReadAsync(string kind, HttpRequest request, CancellationToken cancellationToken)
    {
        var fields = kind == JobKinds.Generate || (kind == JobKinds.Edit && request.HasJsonContentType())
            ? await RequestFields.FromJsonAsync(request, withPictures: kind == JobKinds.Edit, cancellationToken)
            : await RequestFields.FromFormAsync(request, cancellationToken);
        var image = kind == JobKinds.Generate ? null : fields.Picture("image") ?? throw new OpenAiException(OpenAiFaults.Missing("image"));
        var mask = kind == JobKinds.Edit ? fields.Picture("mask") : null;
        var streams = kind != JobKinds.Vary && fields.Flag("stream");
        var asked = new ImageRequest(kind)
        {
            Prompt = kind == JobKinds.Vary ? "" : Prompt(fields),
            Model = Model(fields),
            Count = fields.Number("n", 1, 1, LargestCount),
            Size = Size(fields),
            GivesBytes = fields.Choice("response_format", "url", "url", "b64_json") == "b64_json" || streams,
            User = User(fields),
            Format = Format(fields),
            Quality = Math.Max(1, fields.Number("output_compression", 100, 0, 100)),
            Streams = streams,
            PartialImages = fields.Number("partial_images", 0, 0, MostPartialImages),
            Image = image,
            Mask = mask,
        };
        fields.Choice("quality", "standard", "standard", "auto");
        return asked;
    }

    private static string Prompt(RequestFields fields)
    {
        var prompt = fields.Text("prompt") ?? throw new OpenAiException(OpenAiFaults.Missing("prompt"));
        return prompt.Length <= GenerationRequest.MaximumPromptLength
            ? prompt
            : throw new OpenAiException(OpenAiFaults.TooLong("prompt", prompt.Length, GenerationRequest.MaximumPromptLength));
    }

    private static int Size(RequestFields fields) => fields.Text("size") is "auto"
        ? NewJob.DefaultSize
        : fields.Choice("size", "1024x1024", "256x256", "512x512", "1024x1024") switch
        {
            "256x256" => 256,
            "512x512" => 512,
            _ => NewJob.DefaultSize,
        };

    private static string? User(RequestFields fields) => fields.Text("user") switch
    {
        null or "" => null,
        { Length: > NewJob.MaximumEndUserLength } user => throw new OpenAiException(OpenAiFaults.TooLong("user", user.Length, NewJob.MaximumEndUserLength)),
        var user => user,
    };

    private static PictureFormat Format(RequestFields fields) => fields.Choice("output_format", "png", "png", "jpeg", "webp") switch
    {
        "jpeg" => PictureFormat.Jpeg,
        "webp" => PictureFormat.WebP,
        _ => PictureFormat.Png,
    };

    private string? Model(RequestFields fields) => fields.Text("model") switch
    {
        null or "" or DefaultModel => null,
        var model when engines.Models.Contains(model, StringComparer.Ordinal) => model,
        var model => throw new OpenAiException(OpenAiFaults.UnknownModel(model)),
    };
}
