using Microsoft.Extensions.Time.Testing;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Instant;

public sealed class ComputeBudgetTests : IDisposable
{
    private static readonly Guid Me = new("5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d001");
    private static readonly Guid You = new("5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d002");

    private readonly FakeTimeProvider clock = new();
    private readonly BlendPreviewTurns turns;

    public ComputeBudgetTests() => turns = TurnsOf(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_BudgetIsUsedUp_IsRefusedUntilSomeIsFreeAgain_AndOthersAreNot()
    {
        Assert.True((await DrawAsync(Me, seconds: 59)).TryGet(out _, out _));
        Assert.True((await DrawAsync(Me, seconds: 30)).TryGet(out _, out _));

        Assert.False((await DrawAsync(Me, seconds: 1)).TryGet(out _, out var refusal));
        var spent = Assert.IsType<ComputeSpent>(refusal);
        Assert.True((await DrawAsync(You, seconds: 0)).TryGet(out _, out _));

        clock.Advance(spent.Wait);
        Assert.True((await DrawAsync(Me, seconds: 0)).TryGet(out _, out _));
    }

    [Fact]
    public async Task Run_ThatIsCancelled_CountsToo()
    {
        await Assert.ThrowsAsync<OperationCanceledException>(() => turns.RunWithinBudgetAsync<int>(
            Me,
            _ =>
            {
                clock.Advance(TimeSpan.FromSeconds(61));
                throw new OperationCanceledException();
            },
            Cancellation));

        Assert.False((await DrawAsync(Me, seconds: 1)).TryGet(out _, out var refusal));
        Assert.IsType<ComputeSpent>(refusal);
    }

    [Fact]
    public async Task Run_WithoutALimit_IsNeverRefused()
    {
        using var free = TurnsOf(0);
        for (var turn = 0; turn < 3; turn++)
        {
            Assert.True((await DrawAsync(Me, seconds: 100_000, free)).TryGet(out _, out _));
        }
    }

    public void Dispose() => turns.Dispose();

    [Fact]
    public async Task Run_ALimitIsSetWhileTheStudioRuns_TimeBeforeDoesNotCount()
    {
        var options = new ChangingOptions<QuotaOptions>(new QuotaOptions { FreeSecondsPerHour = 0 });
        using var changing = new BlendPreviewTurns(new ComputeBudget(options, clock));
        Assert.True((await DrawAsync(Me, seconds: 100_000, changing)).TryGet(out _, out _));
        options.CurrentValue = new QuotaOptions { FreeSecondsPerHour = 60 };

        Assert.True((await DrawAsync(Me, seconds: 61, changing)).TryGet(out _, out _));
        Assert.False((await DrawAsync(Me, seconds: 1, changing)).TryGet(out _, out _));
    }

    private BlendPreviewTurns TurnsOf(int seconds) => new(new ComputeBudget(new ChangingOptions<QuotaOptions>(new QuotaOptions { FreeSecondsPerHour = seconds }), clock));

    private Task<Result<int>> DrawAsync(Guid person, int seconds, BlendPreviewTurns? by = null) => (by ?? turns).RunWithinBudgetAsync<int>(
        person,
        _ =>
        {
            clock.Advance(TimeSpan.FromSeconds(seconds));
            return Task.FromResult<Result<int>>(seconds);
        },
        Cancellation);
}
