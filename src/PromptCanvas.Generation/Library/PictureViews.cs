using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Generation.Library;

/// <summary>Maps a picture's row to its view.</summary>
internal static class PictureViews
{
    /// <summary>Excludes the embedding, which is larger than the rest of the row.</summary>
    public static IQueryable<PictureView> ToViews(this IQueryable<Picture> images) => images.Select(image => new PictureView(
        image.Id, image.JobId, image.ImageIndex, image.Prompt, (uint)image.Seed, image.Model, image.Width, image.Height, image.CreatedAt)
    {
        PersonId = image.PersonId,
        Kind = image.Kind,
        Tag = image.Tag,
        Visibility = image.Visibility,
        DeletedAt = image.DeletedAt,
    });
}
