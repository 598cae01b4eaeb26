using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Web.Components.Pictures;

namespace PromptCanvas.Web.Components.Gallery;

/// <summary>Shows one picture above the page. The picture is part of the URL, so that links and Back work.</summary>
public sealed partial class PictureViewer(
    IPictureQueries pictures, PictureVerbs verbs, GalleryWindow window, NavigationManager navigation, IJSRuntime js)
{
    private ElementReference dialog;
    private PictureView? picture;
    private Guid? newer;
    private Guid? older;
    private bool isMine;
    private Guid? deleted;
    private bool isFavourite;
    private StyleChoice? style;
    private bool mayMake;
    private bool busy;
    private string? refusal;
    private bool opened;
    private bool missing;
    private bool listsKeys;

    /// <summary>Null = closed.</summary>
    [Parameter]
    public Guid? PictureId { get; set; }

    /// <summary>The pictures in the order in which the page shows them; null = the gallery's.</summary>
    [Parameter]
    public IReadOnlyList<Guid>? Order { get; set; }

    /// <summary>URL to close to; null = the current page without the picture.</summary>
    [Parameter]
    public string? Beneath { get; set; }

    private string CloseAddress => Beneath ?? navigation.GetUriWithQueryParameter("picture", (Guid?)null);

    protected override async Task OnParametersSetAsync()
    {
        if (PictureId == picture?.Id)
        {
            return;
        }

        picture = PictureId is { } id ? await pictures.FindWithSettingsAsync(await verbs.PersonAsync(CancellationToken.None), id, CancellationToken.None) : null;
        missing = PictureId is not null && picture is null;
        opened &= picture is not null;
        if (picture is not null)
        {
            var person = await verbs.PersonAsync(CancellationToken.None);
            (isMine, mayMake, refusal) = (person.PersonId == picture.PersonId, person.MayMake, null);
            isFavourite = await verbs.ReadFavouriteAsync(picture.Id, CancellationToken.None);
            (newer, older) = Order?.Contains(picture.Id) is true ? GalleryWindow.Neighbours(Order, picture.Id) : await window.NeighboursAsync(picture, CancellationToken.None);
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (picture is null || opened)
        {
            return;
        }

        opened = true;
        var module = await js.ImportAsync("./js/viewer.js", Gone);
        await module.InvokeVoidAsync("openViewer", Gone, dialog);
    }

    private async Task ShareAsync()
    {
        var visibility = picture?.Visibility == Visibilities.Private ? Visibilities.Team : Visibilities.Private;
        if (picture is not null && await verbs.ShareAsync(picture.Id, visibility, CancellationToken.None))
        {
            picture = picture with { Visibility = visibility };
        }
    }

    // The variations are shown on the Create page, like every running job.
    private async Task VaryAsync(double strength)
    {
        if (picture is null)
        {
            return;
        }

        busy = true;
        if ((await verbs.VaryAsync(picture.Id, Math.Max(picture.Width, picture.Height), strength, style, CancellationToken.None)).TryGet(out var id, out var refused))
        {
            navigation.NavigateTo($"jobs/{id}");
        }

        (busy, refusal) = (false, refused?.Message);
    }

    private async Task MarkAsync()
    {
        if (picture is not null && await verbs.MarkAsync(picture.Id, !isFavourite, CancellationToken.None))
        {
            isFavourite = !isFavourite;
        }
    }

    // Moves the picture to the trash, shows the next one and offers to undo.
    private async Task DeleteAsync()
    {
        if (picture is not { DeletedAt: null } going || !isMine
            || await verbs.DeleteAsync([going.Id], CancellationToken.None) == 0)
        {
            return;
        }

        window.Remove(going.Id);
        deleted = going.Id;
        navigation.NavigateTo((older ?? newer) is { } next ? AddressOf(next) : AddressOf(going.Id), replace: true);
        if (older is null && newer is null)
        {
            picture = going with { DeletedAt = going.CreatedAt };
        }
    }

    private async Task RestoreAsync(Guid id)
    {
        await verbs.RestoreAsync([id], CancellationToken.None);
        window.Remove(id);
        deleted = null;
        if (picture is not null && picture.Id == id)
        {
            picture = picture with { DeletedAt = null };
        }
        else
        {
            navigation.NavigateTo(AddressOf(id), replace: true);
        }
    }

    private string AddressOf(Guid id) =>
        Beneath is null ? navigation.GetUriWithQueryParameter("picture", id) : PictureAddress.Page(id);

    private Task PressAsync(KeyboardEventArgs pressed)
    {
        // Ctrl+F belongs to the browser. Key repeat is ignored, except for the arrow keys.
        if (pressed.CtrlKey || pressed.MetaKey || pressed.AltKey || (pressed.Repeat && !pressed.Key.StartsWith("Arrow", StringComparison.Ordinal)))
        {
            return Task.CompletedTask;
        }

        switch (pressed.Key)
        {
            case "?":
                listsKeys = !listsKeys;
                break;
            case "ArrowLeft":
                Walk(newer);
                break;
            case "ArrowRight":
                Walk(older);
                break;
            case "f":
                return MarkAsync();
            case "Delete":
                return DeleteAsync();
            case "e" when mayMake && picture is not null:
                navigation.NavigateTo($"edit?image={picture.Id}");
                break;
            case "v" when mayMake && !busy:
                return VaryAsync(VariationOrigin.Subtle);
        }

        return Task.CompletedTask;
    }

    private void Walk(Guid? to)
    {
        if (to is { } id)
        {
            navigation.NavigateTo(AddressOf(id), replace: true);
        }
    }
}
