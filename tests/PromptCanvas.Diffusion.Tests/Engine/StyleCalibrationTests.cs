using System.Runtime.CompilerServices;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>The captions lie along x, the style along y; from some part of the arc on, pictures show the style and lose a fifth of their similarity.</summary>
public sealed class StyleCalibrationTests
{
    private const double Tolerance = 1e-9;
    private const double Finest = StyleSpace.Reach / 16;

    private static readonly float[] X = [1, 0];
    private static readonly float[] Y = [0, 1];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.1, 5 * Finest)]
    [InlineData(0.2, 11 * Finest)]
    [InlineData(1, 15 * Finest)]
    [InlineData(0.001, Finest)]
    public async Task HalfReach_IsAsFarAsPicturesStayLikeTheirCaptions(double arrives, double expected)
    {
        var engine = new Painter { Arrives = arrives };

        Assert.Equal(expected, await new StyleCalibration(engine, engine).HalfReachAsync(Y, [new StyleCaption("a cube", 3, X)], Token), Tolerance);
    }

    [Fact]
    public async Task HalfReach_OfManyCaptions_DrawsEightDifferentOnesWithTheirSeedsAndFewSteps()
    {
        var engine = new Painter { Arrives = 0.1 };
        var captions = Enumerable.Range(0, 20).Select(number => new StyleCaption($"thing {number / 2}", (uint)number, X)).ToList();

        await new StyleCalibration(engine, engine) { Person = "Ann" }.HalfReachAsync(Y, captions, Token);

        Assert.Equal(8 * 5, engine.Requests.Count);
        Assert.Equal(Enumerable.Range(0, 8).Select(number => ($"thing {number}", (uint)(2 * number))), engine.Requests.Select(request => (request.Prompt, request.Seed)).Distinct().Order());
        Assert.All(engine.Requests, request => Assert.Equal(("Ann", 64, 6), (request.Person, request.Size, request.Overrides.DecoderSteps)));
    }

    [Fact]
    public async Task HalfReach_WhereNothingCanBeMeasured_IsTheUsualOne()
    {
        var captions = new[] { new StyleCaption("a cube", 3, X) };
        foreach (var engine in new[] { new Painter { DraftSize = null }, new Painter { Fails = true }, new Painter { Refuses = true }, new Painter { Text = [-1, 0] } })
        {
            Assert.Equal(StyleSpace.HalfReach, await new StyleCalibration(engine, engine).HalfReachAsync(Y, captions, Token));
        }
    }

    private sealed class Painter : IImageEngine, IEmbedder
    {
        private static readonly float[] Shows = [0.8f, 0.6f];

        /// <summary>The part of the arc from which on a picture shows the style.</summary>
        public double Arrives { get; init; } = 1;

        public bool Fails { get; init; }

        public bool Refuses { get; init; }

        public float[] Text { get; init; } = X;

        public int? DraftSize { get; init; } = 64;

        public List<GenerationRequest> Requests { get; } = [];

        public string? Validate(GenerationRequest request) => Refuses ? "No." : null;

        public int WorkingSizeFor(int side) => 64;

        public string? ValidateEmbedding(IReadOnlyList<ConditioningInput> inputs) => null;

        public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<ConditioningInput> inputs, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<float[]>>([.. inputs.Select(input => input is ImageInput { Picture.Rgb: var rgb } ? rgb.Span[0] > 128 ? Shows : X : Text)]);

        public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            Requests.Add(request);
            var begun = request.Finished![0];
            Assert.Equal(GenerationStage.Prior, begun.Stage);
            var hasArrived = EmbeddingSpace.Cosine(begun.ImageEmbedding, X) < Math.Cos(Arrives * Math.PI / 2);
            var picture = SignedImage.FromRgbBytes(1, 1, Enumerable.Repeat(hasArrived ? byte.MaxValue : byte.MinValue, SignedImage.Channels).ToArray());
            yield return Fails
                ? new ImageFailed(0, request.Seed, "It failed.")
                : new ImageCompleted(0, request.Seed, picture, begun.ImageEmbedding, new EffectiveRecipe("painter", 64, "given", "ddim", 1, 1, "ddim", 1, 1, []), []);
        }
    }
}
