using Microsoft.AspNetCore.Components;

using PromptCanvas.Generation.Library;

namespace PromptCanvas.Web.Pages;

/// <summary>The finished pictures. What is looked for is part of the address, so that it can be sent and Back works.</summary>
public sealed partial class GalleryPage
{
    private bool isEmpty;

    [Parameter]
    public Guid? ImageId { get; set; }

    [SupplyParameterFromQuery(Name = "picture")]
    public Guid? PictureId { get; set; }

    [SupplyParameterFromQuery(Name = "shelf")]
    public string? ShelfName { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    public string? Words { get; set; }

    [SupplyParameterFromQuery(Name = "by")]
    public string? By { get; set; }

    [SupplyParameterFromQuery(Name = "like")]
    public Guid? Like { get; set; }

    private LibraryFilter Filter => new()
    {
        Shelf = Enum.TryParse<Shelf>(ShelfName, ignoreCase: true, out var shelf) && Enum.IsDefined(shelf) ? shelf : Shelf.Everything,
        Words = string.IsNullOrWhiteSpace(Words) ? null : Words.Trim(),
        ByMeaning = By == "meaning",
        Like = Like,
    };

    private string EmptyTitle => Filter switch
    {
        { Words: not null } => T["SearchEmptyTitle"],
        { Shelf: Shelf.Favourites } => T["FavouritesEmptyTitle"],
        { Shelf: Shelf.Trash } => T["TrashEmptyTitle"],
        _ => T["GalleryEmptyTitle"],
    };

    private string EmptyText => Filter switch
    {
        { Words: not null } => T["SearchEmptyText"],
        { Shelf: Shelf.Favourites } => T["FavouritesEmptyText"],
        { Shelf: Shelf.Trash } => T["TrashEmptyText"],
        _ => T["GalleryEmptyText"],
    };
}
