using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Generation.Library;

/// <summary>Maps a picture's row to its view.</summary>
internal static class PictureViews
{
    /// <summary>Excludes the embedding, which is larger than the rest of the row.</summary>
    public static IQueryable<PictureView> ToViews(this IQueryable<Picture> pictures) => pictures.Select(picture => new PictureView(
        picture.Id, picture.JobId, picture.ImageIndex, picture.Prompt, (uint)picture.Seed, picture.Model, picture.Width, picture.Height, picture.CreatedAt)
    {
        PersonId = picture.PersonId,
        Kind = picture.Kind,
        Tag = picture.Tag,
        Visibility = picture.Visibility,
        DeletedAt = picture.DeletedAt,
    });
}
