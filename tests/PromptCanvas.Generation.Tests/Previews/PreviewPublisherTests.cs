using Microsoft.Extensions.Logging.Abstractions;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Tests.Previews;

public sealed class PreviewPublisherTests
{
    [Theory]
    [InlineData(GenerationStage.SuperResolution256, 256, 256, 128)]
    [InlineData(GenerationStage.SuperResolution256, 256, 1024, 256)]
    [InlineData(GenerationStage.SuperResolution1024, 256, 1024, 256)]
    [InlineData(GenerationStage.SuperResolution1024, 256, 512, 256)]
    [InlineData(GenerationStage.Decoder, 64, 64, 64)]
    public void Publish_UpsamplingStage_HasAtMostHalfTheSizeAskedFor(GenerationStage stage, int side, int size, int expected)
    {
        var bus = new Recorder();
        var publisher = new PreviewPublisher(bus, new PreviewPace(TimeProvider.System), new BackgroundFaults(NullLogger<BackgroundFaults>.Instance));
        var image = new SignedImage(side, side, new float[SignedImage.Channels * side * side]);

        publisher.Publish(Guid.Empty, new StepCompleted(0, 7, stage, 4, 4, 0.9, image), size, filter: null, TestContext.Current.CancellationToken);

        var frame = Assert.Single(bus.Frames);
        Assert.Equal((expected, expected), (frame.Width, frame.Height));
        Assert.False(frame.Bytes.IsEmpty);
    }

    private sealed class Recorder : IPreviewBus
    {
        public List<PreviewFrame> Frames { get; } = [];

        public bool HasWatchers(Guid jobId) => true;

        public void Publish(PreviewFrame frame) => Frames.Add(frame);

        public IAsyncEnumerable<PreviewFrame> WatchAsync(Guid jobId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
