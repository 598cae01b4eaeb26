using System.Globalization;
using Microsoft.AspNetCore.Components;
using PromptCanvas.ModelHub;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Operations;

/// <summary>Looks up a model on the hub, shows its size and licence, and downloads it in the background.</summary>
public sealed partial class ModelAdding
{
    private const double Gigabyte = 1e9;
    private const double Megabyte = 1e6;

    private string model = "";
    private string? revision;
    private bool half;
    private bool isLooking;
    private bool isAccepted;
    private bool isForAnotherMachine;
    private NeedsFacts? tooLarge;
    private bool wasRunning;
    private IReadOnlyList<ModelPlan> unfinished = [];
    private ModelPlan? plan;
    private string? problem;

    [Inject]
    private IModelDownloads Downloads { get; set; } = null!;

    [Inject]
    private AdministratorActs Acts { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override void OnInitialized()
    {
        wasRunning = Downloads.State is { IsRunning: true };
        unfinished = Downloads.Unfinished();
        Downloads.Changed += Follow;
    }

    protected override ValueTask DisposeCoreAsync()
    {
        Downloads.Changed -= Follow;
        return base.DisposeCoreAsync();
    }

    private void Follow() => Post(() =>
    {
        var isRunning = Downloads.State is { IsRunning: true };
        unfinished = isRunning ? unfinished : Downloads.Unfinished();
        StateHasChanged();
        if (wasRunning && !isRunning)
        {
            // The list of models is the page's, which is static.
            Navigation.Refresh();
        }

        wasRunning = isRunning;
    });

    private async Task LookUpAsync()
    {
        (isLooking, problem) = (true, null);
        await Acts.CheckAsync(Gone);
        var found = await Downloads.LookUpAsync(new ModelRequest(model.Trim(), string.IsNullOrWhiteSpace(revision) ? null : revision.Trim(), half), Gone);
        (isLooking, isAccepted, isForAnotherMachine) = (false, false, false);
        if (!found.TryGet(out plan, out var refusal))
        {
            problem = refusal.Message;
        }

        tooLarge = plan is null ? null : Downloads.TooLarge(plan);
    }

    private async Task StartAsync(ModelPlan chosen)
    {
        var repositories = string.Join(", ", chosen.Parts.Select(part => $"{part.Repository}@{part.Commit[..8]} ({part.Licence ?? "no licence named"})"));
        problem = (await Acts.ActAsync("model.download", chosen.Name, repositories, _ => Task.FromResult(Downloads.Start(chosen)), Gone)).Refusal?.Message;
        plan = problem is null ? null : plan;
    }

    private async Task StopAsync()
    {
        await Acts.CheckAsync(Gone);
        await Downloads.StopAsync();
    }

    private async Task DiscardAsync(string name)
    {
        problem = (await Acts.ActAsync("model.discard", name, null, _ => Task.FromResult(Downloads.Discard(name)), Gone)).Refusal?.Message;
        unfinished = Downloads.Unfinished();
    }

    private bool CanStart => isAccepted && (tooLarge is null || isForAnotherMachine);

    private string AddressOf(PlannedPart part) =>
        Uri.TryCreate(part.LicenceAddress, UriKind.Absolute, out var licence) && licence.Scheme is "http" or "https" ? licence.AbsoluteUri : plan!.Hub + part.Repository;

    private static string Gigabytes(long bytes) => (bytes / Gigabyte).ToString("N2", CultureInfo.CurrentCulture);

    private static string Rate(DownloadProgress progress) => (progress.BytesPerSecond / Megabyte).ToString("N1", CultureInfo.CurrentCulture);
}
