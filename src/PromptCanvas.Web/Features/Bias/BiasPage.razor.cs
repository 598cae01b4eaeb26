using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Bias;

/// <summary>The bias audits, refreshed while one runs, and the form for a new one.</summary>
public sealed partial class BiasPage
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private IReadOnlyList<BiasAuditView> audits = [];

    [Inject]
    private IBiasAudits Audits { get; set; } = null!;

    [Inject]
    private ICurrentActor Actor { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    protected override Task OnInitializedAsync() => LookAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            Every(Interval, Clock, () => audits.Any(audit => audit.State == SeriesState.Running) ? LookAsync() : Task.CompletedTask);
        }
    }

    private async Task LookAsync()
    {
        if ((await Audits.ListAsync(await Actor.GetAsync(Gone), Gone)).TryGet(out var all, out _))
        {
            audits = all;
        }
    }
}
