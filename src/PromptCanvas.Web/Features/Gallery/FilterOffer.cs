using PromptCanvas.Generation.Library;

namespace PromptCanvas.Web.Features.Gallery;

/// <summary>Which filters say anything on a shelf.</summary>
internal readonly record struct FilterOffer(Shelf Shelf)
{
    /// <summary>One's own and the trash are one person's.</summary>
    public bool Makers => Shelf is Shelf.Everything or Shelf.Favourites;

    public bool Boards => Shelf is not Shelf.Trash;

    public bool Marks => Shelf is Shelf.Everything or Shelf.Mine;
}
