using Microsoft.AspNetCore.Components;
using MudBlazor;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Components.Pictures;

namespace PromptCanvas.Web.Components.Gallery;

/// <summary>Batch actions on selected pictures. Pictures of other people are not changed.</summary>
public sealed partial class GallerySelection(PictureVerbs verbs, IBundles bundles, GalleryWindow window, ISnackbar snackbar)
{
    private Guid bundleId;
    private int? bundle;
    private IReadOnlyCollection<Guid> bundled = [];

    // Only these can be deleted and shared.
    private IReadOnlyList<Guid> own = [];

    [Parameter, EditorRequired]
    public required IReadOnlyCollection<Guid> Selected { get; set; }

    /// <summary>Whether the pictures lie in the trash, where they are restored or deleted permanently.</summary>
    [Parameter]
    public bool InTrash { get; set; }

    /// <summary>The person selects everything.</summary>
    [Parameter]
    public EventCallback OnAll { get; set; }

    /// <summary>The person ends the selection.</summary>
    [Parameter]
    public EventCallback OnDone { get; set; }

    /// <summary>Pictures were moved to the trash or restored.</summary>
    [Parameter]
    public EventCallback OnChanged { get; set; }

    /// <summary>Whether a zip file of the selection is offered, passed to the node that the page moves to, which offers its own.</summary>
    [PersistentState]
    public bool IsZipped { get; set; }

    private bool None => Selected.Count == 0;

    private string StyleAddress => $"styles?{string.Join('&', Selected.Select(id => $"picture={id}"))}";

    protected override async Task OnInitializedAsync()
    {
        if (IsZipped)
        {
            await ZipAsync();
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        var person = await PersonAsync();
        own = [.. Selected.Where(id => window.OwnerOf(id) == person.PersonId)];

        // A different selection needs a new zip file.
        if (bundle is not null && !bundled.SequenceEqual(Selected))
        {
            bundle = null;
            IsZipped = false;
        }
    }

    private async Task<Actor> PersonAsync() => await verbs.PersonAsync(Gone);

    private async Task FavouriteAsync()
    {
        foreach (var id in Selected)
        {
            await verbs.MarkAsync(id, isFavourite: true, Gone);
        }

        snackbar.Add(T["SelectionMarked", Selected.Count], Severity.Normal);
    }

    private async Task ShareAsync(string visibility)
    {
        var changed = 0;
        foreach (var id in own)
        {
            changed += await verbs.ShareAsync(id, visibility, Gone) ? 1 : 0;
        }

        snackbar.Add(T["SelectionShared", changed], Severity.Normal);
    }

    private async Task DeleteAsync()
    {
        Guid[] going = [.. own];
        var deleted = await verbs.DeleteAsync(going, Gone);
        await OnChanged.InvokeAsync();
        snackbar.Add(T["SelectionDeleted", deleted], Severity.Normal, options =>
        {
            options.Action = T["Undo"];
            options.OnClick = _ => InvokeAsync(async () =>
            {
                await verbs.RestoreAsync(going, CancellationToken.None);
                await OnChanged.InvokeAsync();
            });
        });
    }

    private async Task RestoreAsync()
    {
        var restored = await verbs.RestoreAsync(Selected, Gone);
        await OnChanged.InvokeAsync();
        snackbar.Add(restored == 1 ? T["RestoredOne"] : T["Restored", restored], Severity.Normal);
    }

    private async Task DeleteForeverAsync()
    {
        var purged = await verbs.PurgeAsync(Selected, Gone);
        await OnChanged.InvokeAsync();
        snackbar.Add(purged == 1 ? T["PurgedOne"] : T["Purged", purged], Severity.Normal);
    }

    private async Task ZipAsync()
    {
        var person = await PersonAsync();
        if (await bundles.StartAsync(person, Selected, Gone) is not { } id)
        {
            snackbar.Add(T["ZipBusy"], Severity.Warning);
            return;
        }

        (bundleId, bundled, bundle) = (id, [.. Selected], bundles.Count(person, id));
        IsZipped = true;
    }
}
