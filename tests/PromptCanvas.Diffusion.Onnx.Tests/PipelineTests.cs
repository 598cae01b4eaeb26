using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Tests;

/// <summary>The whole pipeline against the reference implementation, and real networks in shared batches.</summary>
public sealed class PipelineTests : IDisposable
{
    private const string Prompt = "a red cube on top of a blue cube";
    private const double Tolerance = 2e-3;

    private readonly OnnxModelLibrary library = new("models", "starter", new InferenceOptions { ExecutionProvider = ProviderNames.Cpu });

    [Fact]
    public async Task GenerateAsync_RecordedNoise_AgreesWithTheReferencePipeline()
    {
        var golden = NetworkRunner.ReadTensors(Path.Combine(Fixtures.Folder, "unclip-tiny", "golden", "pipeline.safetensors"));
        using var engine = new ImageEngine(
            WithRecipe(library.OpenFolder(Fixtures.TinyModel)), new EngineOptions(), new RecordedNoise(golden));
        var request = new GenerationRequest { Prompt = Prompt, Seed = 0, Count = 2, Size = 32 };

        var pictures = await CompletedAsync(engine, request);

        var expected = golden["images"];
        foreach (var picture in pictures)
        {
            var row = expected.FloatRow(picture.ImageIndex).ToArray();
            const int plane = 32 * 32;
            for (var index = 0; index < row.Length; index++)
            {
                // The reference gives (H, W, 3) in [0, 1]; ours is (3, H, W), signed.
                var ours = Math.Clamp((picture.Image.Values[(index % 3 * plane) + (index / 3)] / 2) + 0.5f, 0, 1);
                Assert.Equal(row[index], ours, Tolerance);
            }
        }

        Assert.Equal(2, pictures.Count);
    }

    [Fact]
    public async Task GenerateAsync_RealNetworksInCompany_GiveTheSamePictureBitForBit()
    {
        var model = library.OpenFolder(Fixtures.StarterModel);
        using var alone = new ImageEngine(model, new EngineOptions());
        using var crowded = new ImageEngine(model, new EngineOptions { MaxBatch = 5 });
        var size = model.Recipe.Sizes[^1];
        var request = new GenerationRequest { Prompt = Prompt, Seed = 77, Count = 1, Size = size, Person = "me" };

        var expected = await CompletedAsync(alone, request);
        var others = Enumerable.Range(0, 3).Select(person => CompletedAsync(
            crowded, new GenerationRequest { Prompt = "three green spheres", Seed = (uint)person, Count = 2, Size = size, Person = $"{person}" })).ToList();
        var actual = await CompletedAsync(crowded, request);
        await Task.WhenAll(others);

        Assert.Equal(Assert.Single(expected).Image.Values, Assert.Single(actual).Image.Values);
    }

    public void Dispose() => library.Dispose();

    private static async Task<List<ImageCompleted>> CompletedAsync(ImageEngine engine, GenerationRequest request)
    {
        var pictures = new List<ImageCompleted>();
        await foreach (var value in engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            if (value is ImageCompleted picture)
            {
                pictures.Add(picture);
            }
        }

        return pictures;
    }

    private static UnClipModel WithRecipe(UnClipModel model) => new()
    {
        Name = model.Name,
        Tokenizer = model.Tokenizer,
        TextEncoder = model.TextEncoder,
        ImageEncoder = model.ImageEncoder,
        Prior = model.Prior,
        TextProjection = model.TextProjection,
        Decoder = model.Decoder,
        SuperResolution = model.SuperResolution,
        Recipe = new ModelRecipe
        {
            Prior = new StageRecipe(SamplerKind.Ancestral, 5) { GuidanceScale = 4 },
            Decoder = new StageRecipe(SamplerKind.Ancestral, 5) { GuidanceScale = 8 },
            SuperResolution = [new StageRecipe(SamplerKind.Ancestral, 4)],
            Sizes = [16, 32],
        },
    };

    /// <summary>Noise in the reference's drawing order: each stage's start, then each of its steps but the last.</summary>
    private sealed class RecordedNoise(IReadOnlyDictionary<string, Networks.NetworkTensor> golden) : INoiseSource
    {
        public void Fill(Span<float> destination, uint seed, GenerationStage stage, int step)
        {
            var first = stage switch
            {
                GenerationStage.Prior => 0,
                GenerationStage.Decoder => 5,
                GenerationStage.SuperResolution256 => 10,
                _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "The reference has no such stage."),
            };
            golden[$"noise.{first + step + 1:D3}"].FloatRow((int)seed).CopyTo(destination);
        }
    }
}
