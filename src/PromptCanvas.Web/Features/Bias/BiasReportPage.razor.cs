using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Bias;

/// <summary>A bias audit's progress, then its report, and the comparison with another.</summary>
public sealed partial class BiasReportPage
{
    private Lookup<BiasAuditDetail> lookup;
    private IReadOnlyList<BiasAuditView> others = [];
    private (string Name, IReadOnlyList<BiasDifference> List)? differences;
    private Guid? other;
    private string? problem;

    [Parameter]
    public Guid AuditId { get; set; }

    [Inject]
    private IBiasAudits Audits { get; set; } = null!;

    [Inject]
    private ICurrentActor Actor { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private BiasAuditDetail? Detail => lookup.Value;

    private bool IsRunning => Detail?.Audit.State == SeriesState.Running;

    protected override async Task OnParametersSetAsync()
    {
        if (Detail?.Audit.Id != AuditId)
        {
            (lookup, other, differences) = (default, null, null);
            await LookAsync();
        }
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            Every(BiasPage.Interval, Clock, () => IsRunning ? LookAsync() : Task.CompletedTask);
        }
    }

    private async Task LookAsync()
    {
        var actor = await Actor.GetAsync(Gone);
        lookup = Lookup.Of((await Audits.FindAsync(actor, AuditId, Gone)).TryGet(out var found, out _) ? found : null);
        others = (await Audits.ListAsync(actor, Gone)).TryGet(out var all, out _) ? [.. all.Where(audit => audit.Id != AuditId && audit.Settled > 0)] : [];
    }

    private async Task CompareAsync()
    {
        differences = other is { } id && Detail is not null && (await Audits.FindAsync(await Actor.GetAsync(Gone), id, Gone)).TryGet(out var second, out _)
            ? (second.Audit.Name, BiasDifference.Between(Detail.Report, second.Report))
            : null;
    }

    private async Task StopAsync()
    {
        problem = (await Audits.CancelAsync(await Actor.GetAsync(Gone), AuditId, Gone)).Refusal?.Message;
        await LookAsync();
    }

    private async Task DeleteAsync()
    {
        problem = (await Audits.DeleteAsync(await Actor.GetAsync(Gone), AuditId, Gone)).Refusal?.Message;
        if (problem is null)
        {
            Navigation.NavigateTo("admin/bias");
        }
    }
}
