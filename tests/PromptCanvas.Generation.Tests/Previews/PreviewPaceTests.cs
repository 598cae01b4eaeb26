using Microsoft.Extensions.Time.Testing;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Previews;

namespace PromptCanvas.Generation.Tests.Previews;

public sealed class PreviewPaceTests
{
    private static readonly TimeSpan Cost = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider clock = new();
    private readonly PreviewPace pace;
    private readonly Guid job = Guid.NewGuid();

    public PreviewPaceTests() => pace = new PreviewPace(clock) { Share = 0.01 / Environment.ProcessorCount };

    [Fact]
    public void IsDue_FirstFrameOfEachPicture_IsAtOnce()
    {
        for (var image = 0; image < 4; image++)
        {
            Assert.True(pace.IsDue(job, image));
            pace.Encoded(job, image, Cost);
        }
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(4, 400)]
    public void IsDue_NextFrame_WaitsUntilAllPicturesTogetherTakeTheirShare(int pictures, int milliseconds)
    {
        for (var image = 0; image < pictures; image++)
        {
            pace.Encoded(job, image, Cost);
        }

        // One percent of one processor, one millisecond per frame.
        clock.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        Assert.False(pace.IsDue(job, 0));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(pace.IsDue(job, 0));
    }

    [Fact]
    public void IsDue_AfterAChangeOfStage_OnceAtOnce()
    {
        pace.Encoded(job, 0, Cost);
        pace.Reached(job, 0, GenerationStage.Decoder);
        pace.Reached(job, 0, GenerationStage.Decoder);
        Assert.False(pace.IsDue(job, 0));

        pace.Reached(job, 0, GenerationStage.SuperResolution256);
        Assert.True(pace.IsDue(job, 0));
        pace.Encoded(job, 0, Cost);
        Assert.False(pace.IsDue(job, 0));
        pace.Reached(job, 0, GenerationStage.SuperResolution256);
        Assert.False(pace.IsDue(job, 0));
    }

    [Fact]
    public void IsDue_OtherPicturesFinishedOrForgotten_DoNotCount()
    {
        pace.Encoded(job, 0, Cost);
        pace.Encoded(job, 1, Cost);
        pace.Finished(job, 1);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(pace.IsDue(job, 0));

        clock.Advance(TimeSpan.FromMinutes(1));
        pace.Encoded(job, 2, Cost);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(pace.IsDue(job, 2));
    }

    [Fact]
    public void Encoded_DearFrames_AreRarer()
    {
        for (var frame = 0; frame < 100; frame++)
        {
            pace.Encoded(job, 0, TimeSpan.FromMilliseconds(4));
        }

        clock.Advance(TimeSpan.FromMilliseconds(390));
        Assert.False(pace.IsDue(job, 0));
        clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.True(pace.IsDue(job, 0));
    }
}
