using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;
using MudBlazor;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Blend;

/// <summary>Chooses the content of a corner: a phrase, an upload, or a picture of the studio.</summary>
public sealed partial class CornerPicker(ILibrary library, ICurrentActor actor, AntiforgeryStateProvider antiforgery, IJSRuntime js, ISnackbar snackbar)
{
    private const int Shown = 48;
    private ElementReference dialog;
    private ElementReference zone;
    private DotNetObjectReference<CornerPicker>? self;
    private IJSObjectReference? module;
    private IJSObjectReference? drop;
    private IReadOnlyList<PictureView> pictures = [];
    private string phrase = "";
    private string? words;
    private string? problem;
    private bool looked;

    [Parameter]
    public EventCallback<Corner> OnChosen { get; set; }

    /// <summary>Opens the dialog.</summary>
    public async Task OpenAsync()
    {
        (phrase, problem) = ("", null);
        module ??= await js.ImportAsync("./js/blend/picker.js", Gone);
        self ??= DotNetObjectReference.Create(this);
        await SearchAsync(null);
        StateHasChanged();
        drop = await module.OpenAsync("open", [dialog, zone, antiforgery.GetAntiforgeryToken()?.Value, self], Gone);
    }

    /// <param name="prompt">The prompt stored in the file; a corner has none.</param>
    /// <param name="note">What the person should know about the file; null = nothing.</param>
    [JSInvokable]
    public Task OnUploaded(Guid id, string? prompt, string? note)
    {
        snackbar.ShowNote(note);
        return ChooseAsync(new Corner(null, id, null));
    }

    [JSInvokable]
    public void OnRefused(string reason)
    {
        problem = reason;
        StateHasChanged();
    }

    private async Task SearchAsync(string? wanted)
    {
        words = wanted?.Trim();
        var filter = LibraryFilter.Everything with { Words = string.IsNullOrEmpty(words) ? null : words };
        pictures = (await library.ReadAsync(await actor.GetAsync(Gone), filter, null, Shown, Gone)).Pictures;
        looked = true;
    }

    private Task TakePhraseAsync() =>
        string.IsNullOrWhiteSpace(phrase) ? Task.CompletedTask : ChooseAsync(new Corner(null, null, phrase.Trim()));

    private async Task ChooseAsync(Corner corner)
    {
        await StopAsync();
        await OnChosen.InvokeAsync(corner);
    }

    private async Task StopAsync()
    {
        var stopping = drop;
        drop = null;
        await stopping.EndAsync();
    }

    protected override async ValueTask DisposeCoreAsync()
    {
        await StopAsync();
        self?.Dispose();
        await base.DisposeCoreAsync();
    }
}
