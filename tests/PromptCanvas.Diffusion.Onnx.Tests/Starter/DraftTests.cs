using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Diffusion.Onnx.Tests.Starter;

/// <summary>A draft of the shipped model, finished later, is the picture that the same request makes in one go.</summary>
public sealed class DraftTests(StarterEngine starter) : IClassFixture<StarterEngine>
{
    private static readonly GenerationRequest Request = new()
    {
        Prompt = "a red cube on top of a blue sphere",
        NegativePrompt = "snow",
        Seed = 2026,
        Count = 2,
        Overrides = new RecipeOverrides { DecoderSteps = 6 },
    };

    [Fact]
    public async Task GenerateAsync_FromADraft_GivesThePictureMadeInOneGoBitForBit()
    {
        Assert.Equal(64, starter.Engine.DraftSize);
        var whole = await CompletedAsync(Request);
        var drafts = await CompletedAsync(Request with { Size = starter.Engine.DraftSize!.Value });

        // The second draft first, alone and under another index, as people choose among drafts.
        var chosen = drafts[1];
        var finished = await CompletedAsync(Request with
        {
            Seed = 7,
            Seeds = [chosen.Seed],
            Count = 1,
            Finished = new Dictionary<int, StageResult> { [0] = new(GenerationStage.Decoder, chosen.ImageEmbedding, chosen.Image, chosen.Timings) },
        });

        Assert.Equal((64, 1024), (chosen.Image.Width, finished[0].Image.Width));
        Assert.Equal(Bits(whole[1]), Bits(finished[0]));
        Assert.Equal(whole[1].ImageEmbedding, finished[0].ImageEmbedding);
        Assert.Equal((whole[1].Seed, whole[1].Recipe with { SuperResolutionSteps = [] }), (finished[0].Seed, finished[0].Recipe with { SuperResolutionSteps = [] }));
    }

    private static IEnumerable<int> Bits(ImageCompleted picture) => picture.Image.Values.Select(BitConverter.SingleToInt32Bits);

    private async Task<List<ImageCompleted>> CompletedAsync(GenerationRequest request)
    {
        var pictures = new List<ImageCompleted>();
        await foreach (var value in starter.Engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            if (value is ImageCompleted picture)
            {
                pictures.Add(picture);
            }
        }

        return [.. pictures.OrderBy(picture => picture.ImageIndex)];
    }
}
