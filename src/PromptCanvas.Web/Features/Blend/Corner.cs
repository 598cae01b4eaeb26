namespace PromptCanvas.Web.Features.Blend;

/// <summary>What stands in a corner of the blend pad: a picture of the studio, a picture brought along, or a phrase. Exactly one is given.</summary>
public sealed record Corner(Guid? Picture, Guid? Upload, string? Text)
{
    /// <summary>The longest phrase of a corner.</summary>
    public const int MaximumText = 200;

    /// <summary>As it stands in the page's address: <c>p.ID</c>, <c>u.ID</c> or <c>t.WORDS</c>.</summary>
    public string Code => Picture is { } picture ? $"p.{picture}" : Upload is { } upload ? $"u.{upload}" : $"t.{Text}";

    /// <summary>Where its picture is; null for a phrase.</summary>
    public string? ImageAddress =>
        Picture is { } picture ? $"/api/images/{picture}/thumbnail" : Upload is { } upload ? $"/api/uploads/{upload}/content" : null;

    /// <summary>Null when the code is none.</summary>
    public static Corner? Parse(string? code) => code switch
    {
        ['p', '.', .. var id] when Guid.TryParse(id, out var picture) => new Corner(picture, null, null),
        ['u', '.', .. var id] when Guid.TryParse(id, out var upload) => new Corner(null, upload, null),
        ['t', '.', .. var words] when words.Trim().Length is > 0 and <= MaximumText => new Corner(null, null, words.Trim()),
        _ => null,
    };
}
