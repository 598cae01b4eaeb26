using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Tests.Supervision;

public sealed class SpareMemoryTests
{
    private long allocated = 500L << 20;
    private int releases;

    [Fact]
    public void AfterARush_MemoryIsReturnedOnce_WhenTheProcessRests()
    {
        using var memory = Open();
        Look(memory, grown: SpareMemory.Rush);
        Assert.Equal(0, releases);

        Look(memory, grown: 1 << 20);
        Assert.Equal(1, releases);

        Look(memory, grown: 1 << 20);
        Assert.Equal(1, releases);
    }

    [Fact]
    public void WhileWorkGoesOn_OrAfterLittle_NothingIsReturned()
    {
        using var memory = Open();
        Look(memory, grown: SpareMemory.Rush / 2);
        Look(memory, grown: 1);
        Look(memory, grown: SpareMemory.Rest + 1);
        Look(memory, grown: SpareMemory.Rush);
        Look(memory, grown: SpareMemory.Rest + 1);

        Assert.Equal(0, releases);
    }

    // The first check only records the current value.
    private SpareMemory Open()
    {
        var memory = new SpareMemory(() => allocated, () => releases++, TimeProvider.System, null!);
        memory.Look();
        return memory;
    }

    private void Look(SpareMemory memory, long grown)
    {
        allocated += grown;
        memory.Look();
    }
}
