using Bunit;
using Bunit.TestDoubles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Web.Components.Layout;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Tests.Components;

/// <summary>The alarm about machines that stopped reporting, on every page of an administrator.</summary>
public sealed class MachinesBannerTests : IDisposable
{
    private readonly BunitContext page = new();
    private readonly FakeTimeProvider clock = new();
    private readonly Machines machines = new();
    private readonly BunitAuthorizationContext person;

    public MachinesBannerTests()
    {
        page.Services.AddLocalization();
        page.Services.AddSingleton<IMachines>(machines);
        page.Services.AddSingleton<TimeProvider>(clock);
        person = page.AddAuthorization();
        page.SetRendererInfo(new Microsoft.AspNetCore.Components.RendererInfo("Server", isInteractive: true));
    }

    public void Dispose() => page.Dispose();

    [Fact]
    public void Banner_OfAnOpenPage_ComesWhenAMachineStops_AndGoesWhenItIsForgotten()
    {
        var banner = Render(PersonRoles.Administrator);
        Assert.Empty(banner.FindAll("#machines-banner"));

        machines.Silent = [new SilentNode("a", "gpu-1", DateTimeOffset.UnixEpoch), new SilentNode("b", "gpu-2", DateTimeOffset.UnixEpoch)];
        clock.Advance(MachinesBanner.Interval);
        banner.WaitForAssertion(() => Assert.Contains("gpu-1, gpu-2", banner.Find("#machines-banner").TextContent, StringComparison.Ordinal));
        Assert.Equal("admin/machines", banner.Find("#machines-banner a").GetAttribute("href"));

        machines.Silent = [];
        clock.Advance(MachinesBanner.Interval);
        banner.WaitForAssertion(() => Assert.Empty(banner.FindAll("#machines-banner")));
    }

    [Fact]
    public void Banner_WhileAClockIsWrong_NamesTheMachine()
    {
        machines.WrongClocks = ["gpu-1"];
        var banner = Render(PersonRoles.Administrator);

        Assert.Contains("The clock is wrong on: gpu-1.", banner.Find("#clocks-banner").TextContent, StringComparison.Ordinal);

        machines.WrongClocks = [];
        clock.Advance(MachinesBanner.Interval);
        banner.WaitForAssertion(() => Assert.Empty(banner.FindAll("#clocks-banner")));
    }

    [Fact]
    public void Banner_IsForAdministrators()
    {
        machines.Silent = [new SilentNode("a", "gpu-1", DateTimeOffset.UnixEpoch)];
        machines.WrongClocks = ["gpu-1"];

        Assert.Empty(Render(PersonRoles.Member).FindAll(".notice"));
    }

    private IRenderedComponent<MachinesBanner> Render(string role)
    {
        person.SetAuthorized("somebody").SetRoles(role);
        return Languages.In(Languages.English, () => page.Render<MachinesBanner>());
    }

    private sealed class Machines : IMachines
    {
        public IReadOnlyList<SilentNode> Silent { get; set; } = [];

        public IReadOnlyList<string> WrongClocks { get; set; } = [];

        public NodeCounts Counts => default;

        public Task<IReadOnlyList<Machine>> LookAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Result<string>> DrainAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Result<string>> UndrainAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Result<string>> ForgetAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
