using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Tests.Storage;

public sealed class DecoderTurnsTests
{
    private static readonly Guid Anna = Guid.NewGuid();
    private static readonly Guid Ben = Guid.NewGuid();

    private readonly DecoderTurns turns = new(atOnce: 1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_BehindACrowdOfOnePerson_TakesTheNextTurnButOne()
    {
        var running = (await EnterAsync(Anna))!;
        var crowd = Enumerable.Range(0, 5).Select(_ => EnterAsync(Anna)).ToList();
        var ben = EnterAsync(Ben);

        running.Dispose();
        var first = (await crowd[0])!;
        Assert.False(ben.IsCompleted);
        first.Dispose();

        using var second = await ben;
        Assert.All(crowd.Skip(1), waiting => Assert.False(waiting.IsCompleted));
    }

    [Fact]
    public async Task Enter_MoreThanMayWait_IsRefused_AndOthersAreNot()
    {
        using var running = await EnterAsync(Anna, most: 1);
        var waiting = EnterAsync(Anna, most: 1);

        Assert.Null(await EnterAsync(Anna, most: 1));
        var other = EnterAsync(Ben, most: 1);
        Assert.False(waiting.IsCompleted || other.IsCompleted);
    }

    [Fact]
    public async Task Enter_GivenUpWhileWaiting_DelaysNoOther()
    {
        using var leaving = new CancellationTokenSource();
        var running = (await EnterAsync(Anna))!;
        var gone = turns.EnterAsync(Anna, 1, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        var next = EnterAsync(Anna, most: 1);

        running.Dispose();
        running.Dispose();

        using var turn = await next;
        Assert.False(EnterAsync(Ben).IsCompleted);
    }

    private Task<IDisposable?> EnterAsync(Guid person, int? most = null) => turns.EnterAsync(person, most, Cancellation);
}
