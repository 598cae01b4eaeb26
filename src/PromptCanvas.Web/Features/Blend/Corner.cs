using PromptCanvas.Web.Components;
namespace PromptCanvas.Web.Features.Blend;

/// <summary>A corner of the blend pad: a picture, an upload or a phrase. Exactly one is set.</summary>
public sealed record Corner(Guid? Picture, Guid? Upload, string? Text)
{
    /// <summary>Maximum length of a phrase.</summary>
    public const int MaximumText = 200;

    /// <summary>The form used in the page's URL: <c>p.ID</c>, <c>u.ID</c> or <c>t.WORDS</c>.</summary>
    public string Code => Picture is { } picture ? $"p.{picture}" : Upload is { } upload ? $"u.{upload}" : $"t.{Text}";

    /// <summary>URL of its picture; null for a phrase.</summary>
    public string? ImageAddress =>
        Picture is { } picture ? PictureAddress.Thumbnail(picture) : Upload is { } upload ? $"api/uploads/{upload}/content" : null;

    /// <summary>Null when the code is invalid.</summary>
    public static Corner? Parse(string? code) => code switch
    {
        ['p', '.', .. var id] when Guid.TryParse(id, out var picture) => new Corner(picture, null, null),
        ['u', '.', .. var id] when Guid.TryParse(id, out var upload) => new Corner(null, upload, null),
        ['t', '.', .. var words] when words.Trim().Length is > 0 and <= MaximumText => new Corner(null, null, words.Trim()),
        _ => null,
    };
}
