using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.Nodes;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Web.Features.Machines;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Security;
using PromptCanvas.Web.Tests.Fakes;
using TestContext = Xunit.TestContext;

namespace PromptCanvas.Web.Tests.Features.Machines;

public sealed class MachineAdministrationTests : IAsyncLifetime
{
    private readonly Studio studio = new() { Settings = { ["Studio:Node"] = "gpu-1" } };
    private readonly Somebody somebody = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        somebody.Actor = new Actor(studio.Administrator.Id, PersonRoles.Administrator);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Drain_HoldsTheJobs_UntilTheMachineTakesThemAgain_AndIsWrittenDown()
    {
        var machine = Assert.Single(await Administration().LookAsync(Cancellation));
        Assert.Null((await Administration().DrainAsync(machine.Node.Id, Cancellation)).Refusal);
        using var client = studio.ClientOf(await studio.PersonAsync("waits@example.com", PersonRoles.Member));
        var job = await client.StartJobAsync(count: 1);
        var waiting = await client.JobAsync(job);
        Assert.Null((await Administration().UndrainAsync(machine.Node.Id, Cancellation)).Refusal);
        var done = await client.EndOfJobAsync(job);

        Assert.Equal("queued", waiting.GetProperty("state").GetString());
        Assert.Equal("No machine that makes pictures with this model is available; it waits for one.", waiting.GetProperty("why").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, waiting.GetProperty("ranOn").ValueKind);
        Assert.Equal(("done", "gpu-1"), (done.GetProperty("state").GetString(), done.GetProperty("ranOn").GetString()));
        var entries = await studio.Services.GetRequiredService<AuditLog>().ReadAsync(0, 100, Cancellation);
        Assert.Equal(
            [("machine.undrain", "gpu-1", Studio.AdministratorEmail), ("machine.drain", "gpu-1", Studio.AdministratorEmail)],
            entries.Where(entry => entry.Action.StartsWith("machine.", StringComparison.Ordinal)).Select(entry => (entry.Action, entry.Target, entry.Actor)));
    }

    [Fact]
    public async Task Forget_MachineThatReports_IsRefused_AndNotWrittenDown()
    {
        var machine = Assert.Single(await Administration().LookAsync(Cancellation));

        Assert.IsType<InvalidInput>((await Administration().ForgetAsync(machine.Node.Id, Cancellation)).Refusal);

        Assert.DoesNotContain(await studio.Services.GetRequiredService<AuditLog>().ReadAsync(0, 100, Cancellation), entry => entry.Action == "machine.forget");
    }

    [Fact]
    public async Task EveryAct_ByWhoIsNoAdministratorAnyMore_IsRefused()
    {
        somebody.Actor = somebody.Actor! with { Role = PersonRoles.Member };
        var administration = Administration();
        Func<Task>[] acts =
        [
            () => administration.LookAsync(Cancellation),
            () => administration.DrainAsync("a node", Cancellation),
            () => administration.UndrainAsync("a node", Cancellation),
            () => administration.ForgetAsync("a node", Cancellation),
        ];

        foreach (var act in acts)
        {
            await Assert.ThrowsAsync<UnauthorizedAccessException>(act);
        }
    }

    [Fact]
    public async Task Page_OfOneProcess_ShowsIt()
    {
        var page = await studio.Browser(studio.Administrator.Cookie).GetStringAsync("/admin/machines", Cancellation);

        Assert.Contains("gpu-1", page, StringComparison.Ordinal);
        Assert.Contains("Pages and pictures", page, StringComparison.Ordinal);
        Assert.Contains("starter: ", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_DrainPressed_ShowsItAtOnce()
    {
        await using var page = new BunitContext();
        page.Services.AddLocalization();
        page.Services.AddSingleton(Administration());
        page.Services.AddSingleton(TimeProvider.System);
        var machines = Languages.In(Languages.English, () => page.Render<MachinesPage>());

        machines.Find("button[aria-label='Drain gpu-1']").Click();
        machines.WaitForAssertion(() => Assert.Contains("Drained", machines.Find(".badge").TextContent, StringComparison.Ordinal));
        Assert.True(studio.Services.GetRequiredService<IMachines>().Counts is { Working: 0, Drained: 1 });

        machines.Find("button[aria-label='Let gpu-1 take jobs again']").Click();
        machines.WaitForAssertion(() => Assert.NotNull(machines.Find("button[aria-label='Drain gpu-1']")));
    }

    [Theory]
    [InlineData(3600, "60 minutes ahead")]
    [InlineData(-90, "1.5 minutes behind")]
    public async Task Row_ClockOff_SaysByHowMuch(int seconds, string words)
    {
        await using var page = new BunitContext();
        page.Services.AddLocalization();
        var node = new Node { Id = "a", Name = "gpu-1", Roles = "Worker", Version = "1", Device = "", ClockSeconds = seconds };
        var row = Languages.In(Languages.English, () => page.Render<MachineRow>(parameters => parameters
            .Add(part => part.Machine, new Machine(node, IsSilent: false))
            .Add(part => part.OnAct, EventCallback.Factory.Create<(string, MachineAct)>(this, () => { }))));

        Assert.Contains("Wrong clock", row.Find(".badge-stop").TextContent, StringComparison.Ordinal);
        Assert.Contains(words, row.Markup, StringComparison.Ordinal);
    }

    private MachineAdministration Administration() => new(
        studio.Services.GetRequiredService<IMachines>(),
        new AdministratorActs(studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(), somebody, studio.Services.GetRequiredService<AuditLog>()));

    private sealed class Somebody : ICurrentActor
    {
        public Actor? Actor { get; set; }

        public ValueTask<Actor> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Actor!);

        public ValueTask<Actor?> FindAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Actor);
    }
}
