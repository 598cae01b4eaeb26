using Microsoft.AspNetCore.Components;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Gallery;

/// <summary>The finished pictures. What is looked for is part of the address, so that it can be sent and Back works.</summary>
public sealed partial class GalleryPage(IJobQueries jobs, ICurrentActor actor, NavigationManager navigation)
{
    private bool isEmpty;
    private bool isMissing;
    private GalleryAddress address = new();
    private LibraryFilter filter = LibraryFilter.Everything;

    /// <summary>Null once the page is live.</summary>
    [CascadingParameter]
    public HttpContext? Context { get; set; }

    [Parameter]
    public Guid? ImageId { get; set; }

    /// <summary>Being of the query it has the page look at every new address; the rest is read out of that itself.</summary>
    [SupplyParameterFromQuery(Name = "picture")]
    public Guid? PictureId { get; set; }

    // The actor says so in words; the first answer also by its status.
    protected override async Task OnInitializedAsync() => isMissing = Context is not null && ImageId is { } id
        && await jobs.FindPictureAsync(await actor.GetAsync(CancellationToken.None), id, CancellationToken.None) is null;

    private string EmptyTitle => address switch
    {
        { IsNarrowed: true } => T["FiltersEmptyTitle"],
        { Words: not null } => T["SearchEmptyTitle"],
        { GalleryView: GalleryView.Favourites } => T["FavouritesEmptyTitle"],
        { GalleryView: GalleryView.Trash } => T["TrashEmptyTitle"],
        _ => T["GalleryEmptyTitle"],
    };

    private string EmptyText => address switch
    {
        { IsNarrowed: true, Words: not null } => T["FiltersAndSearchEmptyText"],
        { IsNarrowed: true } => T["FiltersEmptyText"],
        { Words: not null } => T["SearchEmptyText"],
        { GalleryView: GalleryView.Favourites } => T["FavouritesEmptyText"],
        { GalleryView: GalleryView.Trash } => T["TrashEmptyText"],
        _ => T["GalleryEmptyText"],
    };

    protected override void OnParametersSet()
    {
        address = GalleryAddress.Of(navigation.Uri);
        filter = address.ToFilter();
    }
}
