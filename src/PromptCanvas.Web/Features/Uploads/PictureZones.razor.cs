using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;
using MudBlazor;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Features.Create;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Uploads;

/// <summary>Says what will happen to a picture that is brought along, and does it. Files are taken by js/zones.js; inputs marked data-bring-picture open the question.</summary>
public sealed partial class PictureZones(
    IPictureMaking making, ICurrentActor actor, AntiforgeryStateProvider antiforgery, NavigationManager navigation, IJSRuntime js)
{
    private const int Variations = NewJob.DefaultCount;
    private ElementReference dialog;
    private DotNetObjectReference<PictureZones>? self;
    private IJSObjectReference? script;

    /// <summary>Whether a picture is being edited on the page: another one takes its place, or is its mask.</summary>
    [Parameter]
    public bool OnEditor { get; set; }

    private PictureZone[] Zones => OnEditor ? [PictureZone.Edit, PictureZone.Mask] : [PictureZone.Edit, PictureZone.Vary, PictureZone.Restore];

    /// <summary>A picture was uploaded for one of the zones.</summary>
    /// <param name="prompt">What its file says it was made of; null = nothing.</param>
    /// <returns>Why nothing came of it; null when something did.</returns>
    [JSInvokable]
    public async Task<string?> OnUploaded(string zone, Guid id, string? prompt)
    {
        if (!string.Equals(zone, nameof(PictureZone.Vary), StringComparison.OrdinalIgnoreCase))
        {
            navigation.NavigateTo(navigation.GetUriWithQueryParameters("/edit", new Dictionary<string, object?> { ["upload"] = id, ["prompt"] = prompt }));
            return null;
        }

        var job = new NewJob { IdempotencyKey = Guid.NewGuid().ToString(), Count = Variations, Material = new VaryMaterial(id) };
        if ((await making.HandleAsync(job, await actor.GetAsync(Gone), Gone)).TryGet(out var made, out var refusal))
        {
            navigation.NavigateTo($"/jobs/{made}");
            return null;
        }

        return refusal.Message;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            self = DotNetObjectReference.Create(this);
            var module = await js.InvokeAsync<IJSObjectReference>("import", Gone, "./js/zones.js");
            script = await module.InvokeAsync<IJSObjectReference>("accept", Gone, dialog, antiforgery.GetAntiforgeryToken()?.Value, self);
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
