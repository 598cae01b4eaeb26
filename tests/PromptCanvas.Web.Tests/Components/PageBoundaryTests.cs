using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Web.Components.Layout;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Tests.Components;

/// <summary>A page whose parts fail, however many and whenever, is replaced by a notice and never by nothing.</summary>
public sealed class PageBoundaryTests : IDisposable
{
    private readonly BunitContext page = new();

    public PageBoundaryTests() => page.Services
        .AddSingleton<IDatabaseFaults>(new Faultless())
        .AddSingleton<StoreFaults>()
        .AddSingleton(new RetrySpread(TimeProvider.System))
        .AddSingleton<PageStatus>();

    public void Dispose() => page.Dispose();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(0, 2)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public void Page_PartsFailTogetherOrLater_ShowsTheNotice(int atOnce, int later)
    {
        var gate = new TaskCompletionSource();
        var boundary = page.Render<PageBoundary>(parameters => parameters
            .Add(part => part.ChildContent, Parts(Enumerable.Repeat(Task.CompletedTask, atOnce).Concat(Enumerable.Repeat<Task>(gate.Task, later))))
            .Add(part => part.ErrorContent, fault => builder => builder.AddContent(0, $"notice: {fault.Message}")));

        gate.SetResult();

        boundary.WaitForAssertion(() => Assert.Equal("notice: broken", boundary.Markup));
    }

    [Fact]
    public void Page_RecoveredAfterTwoFailures_ShowsItsContentAgain()
    {
        var isBroken = true;
        var boundary = page.Render<PageBoundary>(parameters => parameters
            .Add(part => part.ChildContent, builder => Parts(isBroken ? [Task.CompletedTask, Task.CompletedTask] : [])(builder))
            .Add(part => part.ErrorContent, _ => builder => builder.AddContent(0, "notice")));
        Assert.Equal("notice", boundary.Markup);

        isBroken = false;
        boundary.InvokeAsync(boundary.Instance.Recover);

        Assert.Equal("", boundary.Markup);
    }

    private static RenderFragment Parts(IEnumerable<Task> starts) => builder =>
    {
        foreach (var start in starts)
        {
            builder.OpenComponent<Broken>(0);
            builder.AddAttribute(1, nameof(Broken.Start), start);
            builder.CloseComponent();
        }
    };

    private sealed class Faultless : IDatabaseFaults
    {
        public string? Describe(Exception fault) => null;

        public bool IsFull(Exception fault) => false;

        public bool IsConflict(Exception fault) => false;
    }

    private sealed class Broken : ComponentBase
    {
        [Parameter]
        public Task Start { get; set; } = Task.CompletedTask;

        protected override async Task OnInitializedAsync()
        {
            await Start;
            throw new InvalidOperationException("broken");
        }
    }
}
