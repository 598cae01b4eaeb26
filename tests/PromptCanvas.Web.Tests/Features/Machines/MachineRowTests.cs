using Bunit;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Nodes;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Web.Features.Machines;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Tests.Features.Machines;

/// <summary>A machine on the page: its facts, and the one act that its state allows.</summary>
public sealed class MachineRowTests : IDisposable
{
    private readonly BunitContext page = new();
    private readonly List<(string Id, MachineAct Act)> asked = [];

    public MachineRowTests() => page.Services.AddLocalization();

    public void Dispose() => page.Dispose();

    [Fact]
    public void Row_OfAWorker_SaysWhatItHasAndDoes()
    {
        var words = Render(Node()).Find(".row-words").TextContent;

        foreach (var said in (string[])["gpu-1", "Pictures · version 0.2.0 · 1,500 MB · cuda:0", "Jobs running: 2 · pictures per minute: 1.2 · seconds per step: 0.21", "karlo: not loaded", "starter: loaded"])
        {
            Assert.Contains(said, words, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("Worker", false, false, MachineAct.Drain, "Drain gpu-1")]
    [InlineData("Web, Worker", true, false, MachineAct.Undrain, "Let gpu-1 take jobs again")]
    [InlineData("Worker", false, true, MachineAct.Forget, "Forget gpu-1")]
    [InlineData("Web", false, true, MachineAct.Forget, "Forget gpu-1")]
    [InlineData("Web", false, false, null, null)]
    public void Act_IsTheOneThatTheStateAllows(string roles, bool isDrained, bool isSilent, MachineAct? act, string? name)
    {
        var node = Node();
        node.Roles = roles;
        node.DrainedAt = isDrained ? node.ReportedAt : null;
        var row = Render(node, isSilent);
        foreach (var button in row.FindAll("button"))
        {
            Assert.Equal(name, button.GetAttribute("aria-label"));
            button.Click();
        }

        Assert.Equal(act is { } expected ? [("node", expected)] : [], asked);
        Assert.Equal(isSilent, row.Markup.Contains("Stopped reporting", StringComparison.Ordinal));
        Assert.Equal(isDrained, row.Markup.Contains("Drained", StringComparison.Ordinal));
    }

    private IRenderedComponent<MachineRow> Render(Node node, bool isSilent = false) => Languages.In(Languages.English, () => page.Render<MachineRow>(row => row
        .Add(component => component.Machine, new Machine(node, isSilent))
        .Add(component => component.OnAct, asked.Add)));

    private static Node Node() => new()
    {
        Id = "node",
        Name = "gpu-1",
        Roles = "Worker",
        Version = "0.2.0",
        Device = "cuda:0",
        MemoryBytes = 1_500_000_000,
        Models = """["karlo","starter"]""",
        LoadedModels = """["starter"]""",
        StepSeconds = 0.21,
        RunningJobs = 2,
        RecentPictures = 6,
        StartedAt = DateTimeOffset.UnixEpoch,
        ReportedAt = DateTimeOffset.UnixEpoch,
    };
}
