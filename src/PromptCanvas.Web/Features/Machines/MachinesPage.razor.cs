using Microsoft.AspNetCore.Components;
using PromptCanvas.Generation.Nodes;

namespace PromptCanvas.Web.Features.Machines;

/// <summary>The machines of the studio, refreshed as often as they report.</summary>
public sealed partial class MachinesPage
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private IReadOnlyList<Machine> machines = [];
    private string? problem;

    [Inject]
    private MachineAdministration Administration { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    protected override Task OnInitializedAsync() => LookAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            Every(Interval, Clock, LookAsync);
        }
    }

    private async Task LookAsync() => machines = await Administration.LookAsync(Gone);

    private async Task ActAsync((string Id, MachineAct Act) asked)
    {
        var act = asked.Act switch
        {
            MachineAct.Drain => Administration.DrainAsync(asked.Id, Gone),
            MachineAct.Undrain => Administration.UndrainAsync(asked.Id, Gone),
            _ => Administration.ForgetAsync(asked.Id, Gone),
        };
        problem = (await act).Refusal?.Message;
        await LookAsync();
    }
}
