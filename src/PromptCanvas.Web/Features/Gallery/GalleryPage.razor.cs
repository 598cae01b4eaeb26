using Microsoft.AspNetCore.Components;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Gallery;

/// <summary>The gallery. Its filters are part of the URL, so that links and Back work.</summary>
public sealed partial class GalleryPage(IPictureQueries pictures, ITrash trash, ICurrentActor actor, NavigationManager navigation)
{
    private bool isEmpty;
    private bool isMissing;
    private GalleryAddress address = new();
    private LibraryFilter filter = LibraryFilter.Everything;

    /// <summary>Null once the page is interactive.</summary>
    [CascadingParameter]
    public HttpContext? Context { get; set; }

    [Parameter]
    public Guid? ImageId { get; set; }

    /// <summary>Bound to the query so that the page renders on every navigation; the other parameters are parsed from the URL.</summary>
    [SupplyParameterFromQuery(Name = "picture")]
    public Guid? PictureId { get; set; }

    // The viewer shows the message; here a missing picture sets the status 404 of the initial response.
    protected override async Task OnInitializedAsync() => isMissing = Context is not null && ImageId is { } id
        && await pictures.FindPictureAsync(await actor.GetAsync(CancellationToken.None), id, CancellationToken.None) is null;

    private string EmptyTitle => address switch
    {
        { IsNarrowed: true } => T["FiltersEmptyTitle"],
        { Like: not null } => T["LikeEmptyTitle"],
        { Words: not null, ByMeaning: true } => T["LookEmptyTitle"],
        { Words: not null } => T["SearchEmptyTitle"],
        { GalleryView: GalleryView.Favourites } => T["FavouritesEmptyTitle"],
        { GalleryView: GalleryView.Trash } => T["TrashEmptyTitle"],
        _ => T["GalleryEmptyTitle"],
    };

    private string EmptyText => address switch
    {
        { IsNarrowed: true, Words: not null } => T["FiltersAndSearchEmptyText"],
        { IsNarrowed: true } => T["FiltersEmptyText"],
        { Like: not null } => T["LikeEmptyText"],
        { Words: not null, ByMeaning: true } => T["LookEmptyText"],
        { Words: not null } => T["SearchEmptyText"],
        { GalleryView: GalleryView.Favourites } => T["FavouritesEmptyText"],
        { GalleryView: GalleryView.Trash } => T["TrashEmptyText", T.Days(trash.Days)],
        _ => T["GalleryEmptyText"],
    };

    protected override void OnParametersSet()
    {
        address = GalleryAddress.Of(navigation.Uri);
        filter = address.ToFilter();
    }
}
