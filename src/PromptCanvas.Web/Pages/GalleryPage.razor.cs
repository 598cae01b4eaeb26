using Microsoft.AspNetCore.Components;

using PromptCanvas.Generation.Jobs;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Pages;

/// <summary>The finished pictures. What is looked for is part of the address, so that it can be sent and Back works.</summary>
public sealed partial class GalleryPage(IJobQueries jobs, ICurrentViewer viewer)
{
    private bool isEmpty;
    private bool isMissing;

    /// <summary>Null once the page is live.</summary>
    [CascadingParameter]
    public HttpContext? Context { get; set; }

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

    // The viewer says so in words; the first answer also by its status.
    protected override async Task OnInitializedAsync() => isMissing = Context is not null && ImageId is { } id
        && await jobs.FindPictureAsync(await viewer.GetAsync(CancellationToken.None), id, CancellationToken.None) is null;

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
