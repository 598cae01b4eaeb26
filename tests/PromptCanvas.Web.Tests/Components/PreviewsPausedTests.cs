using Bunit;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Live;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Components.Runs;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Tests.Components;

/// <summary>What a running job says while the nodes cannot reach each other.</summary>
public sealed class PreviewsPausedTests : IDisposable
{
    private readonly BunitContext page = new();

    public void Dispose() => page.Dispose();

    [Theory]
    [InlineData(JobState.Running, false, true)]
    [InlineData(JobState.Running, true, false)]
    [InlineData(JobState.Queued, false, false)]
    public void RunningJob_WithoutALineToTheOthers_SaysThatPreviewsArePaused(JobState state, bool isUp, bool isSaid)
    {
        page.Services.AddLocalization();
        page.Services.AddSingleton<ILiveLine>(new Line(isUp));
        var job = new JobView(Guid.NewGuid(), state, "a cube", "starter", 64, 7, DateTimeOffset.UnixEpoch, null, null, null, []);

        var shown = Languages.In(Languages.English, () => page.Render<PreviewsPaused>(parameters => parameters.Add(part => part.Job, job)));

        Assert.Equal(isSaid ? 1 : 0, shown.FindAll("[role=status]").Count(said => said.TextContent.Contains("Previews are paused", StringComparison.OrdinalIgnoreCase)));
    }

    private sealed class Line(bool isUp) : ILiveLine
    {
        public bool IsShared => true;

        public bool IsUp => isUp;

        public void Send(string topic, string? place, ReadOnlyMemory<byte> body)
        {
        }

        public IDisposable Hear(string topic, Action<ReadOnlyMemory<byte>> heard) => throw new NotSupportedException();
    }
}
