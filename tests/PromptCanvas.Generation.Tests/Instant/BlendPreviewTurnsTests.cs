using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Instant;

public sealed class BlendPreviewTurnsTests : IDisposable
{
    private static readonly Guid Me = new("5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d001");
    private static readonly Guid You = new("5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d002");

    private readonly BlendPreviewTurns turns = new(new ComputeBudget(new ChangingOptions<QuotaOptions>(new QuotaOptions()), TimeProvider.System));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ANewerOneOfTheSamePerson_EndsOnlyTheirOlderOne()
    {
        var older = turns.RunAsync(Me, ForeverAsync, Cancellation);
        var other = turns.RunAsync(You, ForeverAsync, Cancellation);

        Assert.Equal(7, await turns.RunAsync(Me, _ => Task.FromResult(7), Cancellation));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => older);
        Assert.False(other.IsCompleted);
        Assert.Equal(8, await turns.RunAsync(You, _ => Task.FromResult(8), Cancellation));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
    }

    [Fact]
    public async Task Run_MoreThanHaveAPlace_WaitsUntilOneIsFree()
    {
        var gate = new TaskCompletionSource<int>();
        var first = Enumerable.Range(0, 4).Select(_ => turns.RunAsync(Guid.NewGuid(), _ => gate.Task, Cancellation)).ToList();

        var fifth = turns.RunAsync(Me, _ => Task.FromResult(5), Cancellation);
        Assert.False(fifth.IsCompleted);

        gate.SetResult(1);
        Assert.Equal(5, await fifth);
        Assert.All(await Task.WhenAll(first), value => Assert.Equal(1, value));
    }

    public void Dispose() => turns.Dispose();

    private static async Task<int> ForeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return 0;
    }
}
