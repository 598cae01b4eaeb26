using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Tests.Engine;

public sealed class RequestValidationTests
{
    private static readonly GenerationRequest Valid = new() { Prompt = "a cube", Seed = 0, Size = 64 };

    public static TheoryData<GenerationRequest, string> Refused { get; } = new()
    {
        { Valid with { Prompt = "" }, "prompt is empty" },
        { Valid with { Prompt = " \t\n" }, "prompt is empty" },
        { Valid with { Prompt = new string('x', 1001) }, "1001 characters" },
        { Valid with { NegativePrompt = new string('x', 1001) }, "negative prompt" },
        { Valid with { Count = 0 }, "1 to 10" },
        { Valid with { Count = 11 }, "1 to 10" },
        { Valid with { ImageIndices = [] }, "different numbers from 0 to 3" },
        { Valid with { ImageIndices = [4] }, "different numbers from 0 to 3" },
        { Valid with { ImageIndices = [1, 1] }, "different numbers from 0 to 3" },
        { Valid with { Seeds = [1, 2] }, "2 seeds do not fit 4 pictures" },
        { Valid with { Size = 100 }, "64, 256, 512 or 1024" },
        { Valid with { Overrides = new RecipeOverrides { PriorSteps = 1 } }, "prior steps" },
        { Valid with { Overrides = new RecipeOverrides { DecoderSteps = 1001 } }, "decoder steps" },
        { Valid with { Overrides = new RecipeOverrides { PriorGuidance = -1 } }, "prior guidance" },
        { Valid with { Overrides = new RecipeOverrides { DecoderGuidance = double.NaN } }, "decoder guidance" },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void Validate_BadRequest_SaysWhatToDo(GenerationRequest request, string expected)
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        Assert.Contains(expected, engine.Validate(request), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SamplerKind.Ancestral, 1000)]
    [InlineData(SamplerKind.Ddim, 1000)]
    [InlineData(SamplerKind.DpmSolverPlusPlus, 995)]
    public void Validate_Steps_AreAcceptedUpToTheSamplersMaximum(SamplerKind sampler, int maximum)
    {
        var stage = new StageRecipe(sampler, 2);
        using var engine = new ImageEngine(new FakeModel(FakeModel.DefaultRecipe with { Prior = stage, Decoder = stage }).Model, new EngineOptions());

        Assert.Null(engine.Validate(Valid with { Overrides = new RecipeOverrides { PriorSteps = maximum, DecoderSteps = maximum } }));
        Assert.StartsWith($"Choose between 2 and {maximum} prior steps;", engine.Validate(Valid with { Overrides = new RecipeOverrides { PriorSteps = maximum + 1 } }), StringComparison.Ordinal);
        Assert.StartsWith($"Choose between 2 and {maximum} decoder steps;", engine.Validate(Valid with { Overrides = new RecipeOverrides { DecoderSteps = maximum + 1 } }), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_LongestPromptAndMostPictures_IsAccepted()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        Assert.Null(engine.Validate(Valid with { Prompt = new string('x', 1000), Count = 10 }));
    }
}
