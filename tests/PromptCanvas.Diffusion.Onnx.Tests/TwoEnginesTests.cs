using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

namespace PromptCanvas.Diffusion.Onnx.Tests;

/// <summary>Two engines with real networks, as with <c>Inference:Devices=cpu,cpu</c>.</summary>
public sealed class TwoEnginesTests : IDisposable
{
    private readonly OnnxModelLibrary library =
        new(Path.GetDirectoryName(Fixtures.StarterModel)!, Path.GetFileName(Fixtures.StarterModel), new InferenceOptions { Devices = "cpu,cpu", Threads = 2 });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => library.Dispose();

    [Fact]
    public async Task GenerateAsync_OnEitherEngineAtOnce_GivesTheSamePicturesBitForBit()
    {
        var models = library.OpenForEngines(library.DefaultName);
        ListeningNetwork[] decoders = [.. models.Select(model => new ListeningNetwork(model.Decoder.Network))];
        using var alone = new ImageEngine(models[0], new EngineOptions());
        using var group = new EngineGroup([.. models.Zip(
            decoders, (model, decoder) => new ImageEngine(model with { Decoder = model.Decoder with { Network = decoder } }, new EngineOptions()))]);
        var expected = await PicturesAsync(alone);

        // Asked before either is awaited: the first request's pictures are booked when the second chooses its engine.
        Task<List<float[]>>[] both = [PicturesAsync(group), PicturesAsync(group)];

        Assert.All(await Task.WhenAll(both), pictures => Assert.Equal(expected, pictures));
        Assert.All(decoders, decoder => Assert.NotEmpty(decoder.Inputs));
    }

    private static async Task<List<float[]>> PicturesAsync(IImageEngine engine)
    {
        var pictures = new List<ImageCompleted>();
        await foreach (var value in engine.GenerateAsync(new GenerationRequest { Prompt = "a red cube", Seed = 11, Count = 2, Size = 256 }, Token))
        {
            if (value is ImageCompleted picture)
            {
                pictures.Add(picture);
            }
        }

        return [.. pictures.OrderBy(picture => picture.ImageIndex).Select(picture => picture.Image.Values)];
    }
}
