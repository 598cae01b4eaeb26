using PromptCanvas.Generation.Requests.Editing;


namespace PromptCanvas.Generation.Tests.Requests;

public sealed class PixelCapacityTests
{
    private readonly PixelCapacity capacity = new(100);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_WhileItFits_IsAtOnce_AndOthersWaitInOrder()
    {
        var first = await capacity.EnterAsync(60, Cancellation);
        var second = await capacity.EnterAsync(40, Cancellation);
        var large = capacity.EnterAsync(50, Cancellation);
        var small = capacity.EnterAsync(10, Cancellation);

        second.Dispose();
        Assert.False(large.IsCompleted || small.IsCompleted, "The small one must not pass the large one that came before.");
        first.Dispose();

        (await large).Dispose();
        (await small).Dispose();
    }

    [Fact]
    public async Task Enter_LargerThanTheRoom_HasItAlone()
    {
        var giant = await capacity.EnterAsync(1_000, Cancellation);
        var other = capacity.EnterAsync(1, Cancellation);
        Assert.False(other.IsCompleted);

        giant.Dispose();

        (await other).Dispose();
    }

    [Fact]
    public async Task Enter_Stopped_LetsTheNextIn()
    {
        using var stopping = new CancellationTokenSource();
        var first = await capacity.EnterAsync(80, Cancellation);
        var stopped = capacity.EnterAsync(100, stopping.Token);
        var next = capacity.EnterAsync(20, Cancellation);

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        (await next).Dispose();
        first.Dispose();
        (await capacity.EnterAsync(100, Cancellation)).Dispose();
    }

    [Fact]
    public async Task Dispose_Twice_GivesBackOnce()
    {
        var first = await capacity.EnterAsync(50, Cancellation);
        first.Dispose();
        first.Dispose();

        var all = await capacity.EnterAsync(100, Cancellation);
        Assert.False(capacity.EnterAsync(1, Cancellation).IsCompleted);
        all.Dispose();
    }
}
