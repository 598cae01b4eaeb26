using PromptCanvas.Generation.Library;

namespace PromptCanvas.Web.Features.Gallery;

/// <summary>Which filters say anything on a shelf.</summary>
internal readonly record struct FilterOffer(GalleryView GalleryView)
{
    /// <summary>One's own and the trash are one person's.</summary>
    public bool Makers => GalleryView is GalleryView.Everything or GalleryView.Favourites;

    public bool Boards => GalleryView is not GalleryView.Trash;

    public bool Marks => GalleryView is GalleryView.Everything or GalleryView.Mine;
}
