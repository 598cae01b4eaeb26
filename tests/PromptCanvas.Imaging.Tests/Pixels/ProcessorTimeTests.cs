using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.Tests.Pixels;

public sealed class ProcessorTimeTests
{
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(200);

    [Fact]
    public void OfThisThread_WhileAnotherWorks_DoesNotCount()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows reports the elapsed time.");
        var before = ProcessorTime.OfThisThread();
        var other = new Thread(() =>
        {
            var began = ProcessorTime.OfThisThread();
            while (ProcessorTime.OfThisThread() - began < Work)
            {
                Thread.SpinWait(1000);
            }
        });

        other.Start();
        other.Join();

        Assert.InRange(ProcessorTime.OfThisThread() - before, TimeSpan.Zero, Work - TimeSpan.FromTicks(1));
    }
}
