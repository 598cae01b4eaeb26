using Microsoft.AspNetCore.Components;

using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Features.Gallery;

namespace PromptCanvas.Web.Pages;

/// <summary>The finished pictures. What is looked for is part of the address, so that it can be sent and Back works.</summary>
public sealed partial class GalleryPage(NavigationManager navigation)
{
    private bool isEmpty;
    private GalleryAddress address = new();
    private LibraryFilter filter = LibraryFilter.Everything;

    [Parameter]
    public Guid? ImageId { get; set; }

    /// <summary>Being of the query it has the page look at every new address; the rest is read out of that itself.</summary>
    [SupplyParameterFromQuery(Name = "picture")]
    public Guid? PictureId { get; set; }

    private string EmptyTitle => address switch
    {
        { IsNarrowed: true } => T["FiltersEmptyTitle"],
        { Words: not null } => T["SearchEmptyTitle"],
        { Shelf: Shelf.Favourites } => T["FavouritesEmptyTitle"],
        { Shelf: Shelf.Trash } => T["TrashEmptyTitle"],
        _ => T["GalleryEmptyTitle"],
    };

    private string EmptyText => address switch
    {
        { IsNarrowed: true, Words: not null } => T["FiltersAndSearchEmptyText"],
        { IsNarrowed: true } => T["FiltersEmptyText"],
        { Words: not null } => T["SearchEmptyText"],
        { Shelf: Shelf.Favourites } => T["FavouritesEmptyText"],
        { Shelf: Shelf.Trash } => T["TrashEmptyText"],
        _ => T["GalleryEmptyText"],
    };

    protected override void OnParametersSet()
    {
        address = GalleryAddress.Of(navigation.Uri);
        filter = address.ToFilter();
    }
}
