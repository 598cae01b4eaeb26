using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Onnx.Tests;

/// <summary>What tests of models that draw latents share: a request, a scene with a hole, runs, and what must hold of both families.</summary>
internal static class LatentPictures
{
    public const int Side = 64;

    public static GenerationRequest Request() => new() { Prompt = "a photo of a cat", Seed = 5, Count = 1, Size = Side };

    /// <summary>A bright picture with a dark square in it, and a hole around that square.</summary>
    public static (SignedImage Picture, bool[] Keep) Scene()
    {
        var values = new float[SignedImage.Channels * Side * Side];
        var keep = new bool[Side * Side];
        for (var pixel = 0; pixel < keep.Length; pixel++)
        {
            keep[pixel] = pixel / Side is < 20 or > 43 || pixel % Side is < 20 or > 43;
        }

        for (var index = 0; index < values.Length; index++)
        {
            values[index] = keep[index % keep.Length] ? 0.5f : -0.5f;
        }

        return (new SignedImage(Side, Side, values), keep);
    }

    public static async Task<List<GenerationEvent>> RunAsync(UnClipModel model, GenerationRequest request)
    {
        using var engine = new ImageEngine(model, new EngineOptions());
        return await ReadAsync(engine, request);
    }

    /// <summary>The known pixels are the scene's, the hole is painted.</summary>
    public static async Task AssertPaintsTheHoleOnlyAsync(UnClipModel model, GenerationRequest request)
    {
        var (picture, keep) = Scene();

        var painted = Assert.Single((await RunAsync(model, request with { Known = new KnownRegion(picture, keep) })).OfType<ImageCompleted>()).Image;

        var changed = 0;
        for (var index = 0; index < painted.Values.Length; index++)
        {
            if (keep[index % keep.Length])
            {
                Assert.Equal(picture.Values[index], painted.Values[index], 1e-6f);
            }
            else
            {
                changed += Math.Abs(picture.Values[index] - painted.Values[index]) > 0.05f ? 1 : 0;
            }
        }

        Assert.True(changed > 100, $"only {changed} values of the hole were painted");
    }

    /// <summary>A picture is the same bit for bit, alone and in batches with those of others.</summary>
    public static async Task AssertSameInCompanyAsync(UnClipModel model)
    {
        using var alone = new ImageEngine(model, new EngineOptions());
        using var crowded = new ImageEngine(model, new EngineOptions { MaxBatch = 5 });
        var request = Request() with { NegativePrompt = "a sign", Person = "me" };

        var expected = Assert.Single((await ReadAsync(alone, request)).OfType<ImageCompleted>());
        var others = Enumerable.Range(0, 3).Select(person => ReadAsync(
            crowded, Request() with { Seed = (uint)person, Count = 2, Size = person == 0 ? 64 : 128, Person = $"{person}" })).ToList();
        var actual = Assert.Single((await ReadAsync(crowded, request)).OfType<ImageCompleted>());
        await Task.WhenAll(others);

        Assert.Equal(expected.Image.Values, actual.Image.Values);
    }

    private static async Task<List<GenerationEvent>> ReadAsync(ImageEngine engine, GenerationRequest request)
    {
        var events = new List<GenerationEvent>();
        await foreach (var value in engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            events.Add(value);
        }

        return events;
    }
}
