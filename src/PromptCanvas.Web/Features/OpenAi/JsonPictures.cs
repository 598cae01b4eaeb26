using System.Text.Json;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>The pictures of a JSON edit: <c>images: [{ image_url }]</c> and <c>mask: { image_url }</c>. Only <c>data:</c> URLs are accepted; the
/// server fetches no URLs and stores no files.</summary>
internal static class JsonPictures
{
    private const string ImageUrl = "image_url";

    /// <returns>Bytes by form field name.</returns>
    public static Result<Dictionary<string, List<byte[]>>> Read(JsonElement body)
    {
        var pictures = new Dictionary<string, List<byte[]>>();
        if (body.TryGetProperty("images", out var images) && images.ValueKind != JsonValueKind.Null)
        {
            if (images.ValueKind != JsonValueKind.Array)
            {
                return OpenAiFaults.WrongType("images", "an array", "something else");
            }

            pictures["image"] = [];
            foreach (var image in images.EnumerateArray())
            {
                if (!PictureOf("images", image).TryGet(out var picture, out var refusal))
                {
                    return refusal;
                }

                pictures["image"].Add(picture);
            }
        }

        if (body.TryGetProperty("mask", out var mask) && mask.ValueKind != JsonValueKind.Null)
        {
            if (!PictureOf("mask", mask).TryGet(out var picture, out var refusal))
            {
                return refusal;
            }

            pictures["mask"] = [picture];
        }

        return pictures;
    }

    private static Result<byte[]> PictureOf(string param, JsonElement reference)
    {
        if (reference.ValueKind != JsonValueKind.Object || !reference.TryGetProperty(ImageUrl, out var url) || url.ValueKind != JsonValueKind.String)
        {
            return new OpenAiFault(
                StatusCodes.Status400BadRequest, $"Give '{param}' as an object with '{ImageUrl}': this server does not store files.", Param: param, Code: "invalid_type");
        }

        var address = url.GetString()!;
        var comma = address.IndexOf(',', StringComparison.Ordinal);
        if (address.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase) && comma > 0 && address[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
        {
            var bytes = new byte[(address.Length - comma) * 3 / 4];
            if (Convert.TryFromBase64String(address[(comma + 1)..], bytes, out var length))
            {
                return bytes[..length];
            }
        }

        return new OpenAiFault(
            StatusCodes.Status400BadRequest,
            $"Give the '{ImageUrl}' of '{param}' as a data URL, data:image/png;base64,…: this server does not fetch URLs.",
            Param: param,
            Code: "invalid_image_url");
    }
}
