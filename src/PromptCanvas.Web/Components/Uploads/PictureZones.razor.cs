using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;
using MudBlazor;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Web.Components.Pictures;
using PromptCanvas.Web.Components.Runs;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Components.Uploads;

/// <summary>Offers the actions for an uploaded picture and runs the chosen one. js/zones.js receives the files; inputs marked data-bring-picture open the dialog.</summary>
public sealed partial class PictureZones(
    PersonRuns runs, AntiforgeryStateProvider antiforgery, NavigationManager navigation, IJSRuntime js, ISnackbar snackbar)
{
    private const int Variations = NewJob.DefaultCount;
    private ElementReference dialog;
    private DotNetObjectReference<PictureZones>? self;
    private IJSObjectReference? script;

    /// <summary>Whether the page is editing a picture: an upload then replaces it or becomes its mask.</summary>
    [Parameter]
    public bool OnEditor { get; set; }

    private PictureZone[] Zones => OnEditor ? [PictureZone.Edit, PictureZone.Mask] : [PictureZone.Edit, PictureZone.Vary, PictureZone.Restore];

    /// <summary>Called after a picture was uploaded for a zone.</summary>
    /// <param name="prompt">The prompt stored in the file; null = none.</param>
    /// <param name="side">The longer side of the picture in pixels.</param>
    /// <param name="note">A note about the file for the person; null = none.</param>
    /// <returns>Why it failed; null on success.</returns>
    [JSInvokable]
    public async Task<string?> OnZoneUploaded(string zone, Guid id, int side, string? prompt, string? note)
    {
        snackbar.ShowNote(note);
        if (!string.Equals(zone, nameof(PictureZone.Vary), StringComparison.OrdinalIgnoreCase))
        {
            navigation.NavigateTo(navigation.GetUriWithQueryParameters("edit", new Dictionary<string, object?> { ["upload"] = id, ["prompt"] = prompt }));
            return null;
        }

        var job = new NewJob
        {
            IdempotencyKey = Guid.NewGuid().ToString(),
            Count = Variations,
            Size = SourceSize.Like(side),
            Operation = new VaryOperation(id),
        };
        if ((await runs.StartAsync(job, Gone)).TryGet(out var made, out var refusal))
        {
            navigation.NavigateTo($"jobs/{made}");
            return null;
        }

        return T.Say(refusal.Message)!;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            self = DotNetObjectReference.Create(this);
            var module = await js.ImportAsync("./js/zones.js", Gone);
            script = await module.OpenAsync("accept", [dialog, antiforgery.GetAntiforgeryToken()?.Value, self], Gone);
        }
    }

    protected override async ValueTask DisposeCoreAsync()
    {
        await script.EndAsync();
        self?.Dispose();
        await base.DisposeCoreAsync();
    }

    private (string Name, string Hint, string Icon) Words(PictureZone zone) => zone switch
    {
        PictureZone.Edit when OnEditor => (T["ZoneEditInstead"], T["ZoneEditInsteadHint"], Icons.Material.Rounded.AutoFixHigh),
        PictureZone.Edit => (T["ZoneEdit"], T["ZoneEditHint"], Icons.Material.Rounded.AutoFixHigh),
        PictureZone.Vary => (T["ZoneVary"], T["ZoneVaryHint", Variations], Icons.Material.Rounded.AutoAwesomeMotion),
        PictureZone.Restore => (T["ZoneRestore"], T["ZoneRestoreHint"], Icons.Material.Rounded.SettingsBackupRestore),
        _ => (T["ZoneMask"], T["ZoneMaskHint"], Icons.Material.Rounded.Gradient),
    };
}
