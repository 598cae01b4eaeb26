using PromptCanvas.Generation.Library;

namespace PromptCanvas.Web.Features.Gallery;

/// <summary>Which filters are useful in a gallery view.</summary>
internal readonly record struct FilterOffer(GalleryView GalleryView)
{
    /// <summary>Mine and Trash contain one person's pictures only.</summary>
    public bool Makers => GalleryView is GalleryView.Everything or GalleryView.Favourites;

    public bool Boards => GalleryView is not GalleryView.Trash;

    public bool Marks => GalleryView is GalleryView.Everything or GalleryView.Mine;
}
