using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests.Starter;

/// <summary>The shipped model on an engine, with helpers for tests.</summary>
public sealed class StarterEngine : IDisposable
{
    private readonly OnnxModelLibrary library = new("models", "starter", new InferenceOptions { ExecutionProvider = ProviderNames.Cpu });

    public StarterEngine()
    {
        Model = library.OpenFolder(Fixtures.Starter);
        Engine = new ImageEngine(Model, new EngineOptions());
    }

    public UnClipModel Model { get; }

    public ImageEngine Engine { get; }

    /// <summary>Pictures of a request in order, at the decoder's size.</summary>
    public async Task<List<ImageCompleted>> MakeAsync(GenerationRequest request)
    {
        var pictures = new List<ImageCompleted>();
        await foreach (var value in Engine.GenerateAsync(request with { Size = Model.Decoder.ImageSize }, TestContext.Current.CancellationToken))
        {
            if (value is ImageCompleted picture)
            {
                pictures.Add(picture);
            }
        }

        return [.. pictures.OrderBy(picture => picture.ImageIndex)];
    }

    public async Task<float[]> EmbedAsync(ConditioningInput input) =>
        (await Engine.EmbedAsync([input], TestContext.Current.CancellationToken))[0];

    public async Task<double> SimilarityAsync(SignedImage picture, float[] embedding) =>
        EmbeddingSpace.Cosine(await EmbedAsync(new ImageInput(Source(picture))), embedding);

    public static SourcePicture Source(SignedImage image) => new(image.Width, image.Height, image.ToRgbBytes());

    /// <summary>Root of the mean squared difference of two pictures, signed range.</summary>
    public static double Distance(SignedImage left, SignedImage right) =>
        Math.Sqrt(left.Values.Zip(right.Values, (a, b) => Math.Pow(Math.Clamp(a, -1, 1) - Math.Clamp(b, -1, 1), 2)).Average());

    public void Dispose()
    {
        Engine.Dispose();
        library.Dispose();
    }
}
