using System.Runtime.CompilerServices;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>The captions lie along x, the style's pictures along y.</summary>
public sealed class StyleCalibrationTests
{
    private const double Tolerance = 1e-9;
    private const double Finest = StyleSpace.Reach / 16;

    // From x to the direction y − x.
    private const double Arc = 0.75 * Math.PI;

    private static readonly float[] X = [1, 0];
    private static readonly float[] Y = [0, 1];

    // Four fifths as similar to the caption.
    private static readonly float[] Styled = [0.8f, 0.6f];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>From some part of the arc on, pictures show the style and lose a fifth of their similarity: half the weight ends before, and does not show; one that arrives before the first place tried does.</summary>
    [Theory]
    [InlineData(0.1, 5 * Finest, false)]
    [InlineData(0.2, 11 * Finest, false)]
    [InlineData(1, 15 * Finest, false)]
    [InlineData(0.001, Finest, true)]
    public async Task Measure_StyleThatArrivesAtOnce_EndsBeforeAndSaysWhetherItShows(double arrives, double expected, bool shows)
    {
        var made = await MeasureAsync(new Painter { Sees = (_, embedding) => AngleOf(embedding) > arrives * Arc ? Styled : X });

        Assert.Equal(expected, made.HalfReach, Tolerance);
        Assert.Equal(shows, made.ShowsAtHalf);
        Assert.Equal([-1f, 1f], made.Direction);
    }

    /// <summary>cos(0.1225 · 135°) = 0.959, cos(0.14 · 135°) = 0.946.</summary>
    [Fact]
    public async Task Measure_PicturesThatFollow_LeadsAsFarAsFivePercentOfTheSimilarity()
    {
        var made = await MeasureAsync(new Painter { Sees = (_, embedding) => embedding });

        Assert.Equal(7 * Finest, made.HalfReach, Tolerance);
        Assert.True(made.ShowsAtHalf);
        Assert.InRange(Math.Cos(made.HalfReach * Arc), 1 - StyleCalibration.MostLoss, 1);
        Assert.True(Math.Cos((made.HalfReach + Finest) * Arc) < 1 - StyleCalibration.MostLoss);
    }

    /// <summary>The same mean loss of 4 %, once of both captions and once of one of them.</summary>
    [Theory]
    [InlineData(0.96, 0.96, 15 * Finest)]
    [InlineData(1, 0.92, Finest)]
    public async Task Measure_LossesThatDiffer_KeepsTwoStandardErrorsOfDistance(double cube, double ball, double expected)
    {
        var engine = new Painter { Sees = (prompt, embedding) => AngleOf(embedding) < 1e-3 ? X : At(prompt == "cube" ? cube : ball) };

        var made = await new StyleCalibration(engine, engine).MeasureAsync([Y, Y], [new("cube", 0, X), new("ball", 1, X)], Token);

        Assert.Equal(expected, made.HalfReach, Tolerance);
    }

    /// <summary>A direction leads away from its own captions, so a caption is drawn with the direction of the pictures that have another one.</summary>
    [Fact]
    public async Task Measure_Captions_AreDrawnWithoutTheirOwnPicturesInTheDirection()
    {
        float[][] pictures = [[0, 1, 0], [0, 0.8f, 0.6f], [0, 0.6f, -0.8f]];
        StyleCaption[] captions = [new("cube", 0, [1, 0, 0]), new("cube", 1, [0.8f, 0, 0.6f]), new("ball", 2, [0.8f, 0, -0.6f])];
        var engine = new Painter { Sees = (_, embedding) => embedding, Text = [1, 0, 0] };

        var made = await new StyleCalibration(engine, engine).MeasureAsync(pictures, captions, Token);

        Assert.Equal(StyleSpace.Direction(pictures, [.. captions.Select(caption => caption.Embedding)]), made.Direction);
        float[][] directions = [Of(2), Of(2), Of(0, 1)];
        Assert.Equal(
            captions.Select((caption, index) => (caption.Seed, Moved: StyleSpace.Move(caption.Embedding, directions[index], StyleSpace.Reach / 2))),
            engine.Requests.Skip(3).Take(3).Select(request => (request.Seed, Moved: request.Finished![0].ImageEmbedding)).OrderBy(drawn => drawn.Seed),
            (expected, actual) => expected.Seed == actual.Seed && expected.Moved.SequenceEqual(actual.Moved));

        float[] Of(params int[] chosen) => StyleSpace.Direction([.. chosen.Select(index => pictures[index])], [.. chosen.Select(index => captions[index].Embedding)]);
    }

    [Fact]
    public async Task Measure_ManyCaptions_DrawsEightDifferentOnesWithTheirSeedsAndAllSteps()
    {
        var engine = new Painter();
        var captions = Enumerable.Range(0, 20).Select(number => new StyleCaption($"thing {number / 2}", (uint)number, X)).ToList();

        await new StyleCalibration(engine, engine) { Person = "Ann" }.MeasureAsync([.. captions.Select(_ => Y)], captions, Token);

        Assert.Equal(8 * 5, engine.Requests.Count);
        Assert.Equal(Enumerable.Range(0, 8).Select(number => ($"thing {number}", (uint)(2 * number))), engine.Requests.Select(request => (request.Prompt, request.Seed)).Distinct().Order());
        Assert.All(engine.Requests, request => Assert.Equal(("Ann", 64, null), (request.Person, request.Size, request.Overrides.DecoderSteps)));
    }

    [Fact]
    public async Task Measure_FewCaptionsOfManyPictures_DrawsThemWithOtherSeeds()
    {
        var engine = new Painter();
        var captions = Enumerable.Range(0, 20).Select(number => new StyleCaption(number < 15 ? "cube" : "ball", (uint)number, X)).ToList();

        await new StyleCalibration(engine, engine).MeasureAsync([.. captions.Select(_ => Y)], captions, Token);

        Assert.Equal([0u, 1, 2, 3, 15, 16, 17, 18], engine.Requests.Select(request => request.Seed).Distinct().Order().ToArray());
    }

    [Fact]
    public async Task Measure_WhereNothingCanBeMeasured_IsTheUsualReach()
    {
        foreach (var engine in new[] { new Painter { DraftSize = null }, new Painter { Fails = true }, new Painter { Refuses = true }, new Painter { Text = [-1, 0] } })
        {
            var made = await MeasureAsync(engine);

            Assert.Equal((StyleSpace.HalfReach, true), (made.HalfReach, made.ShowsAtHalf));
            Assert.Equal([-1f, 1f], made.Direction);
        }
    }

    private static Task<CalibratedStyle> MeasureAsync(Painter engine) => new StyleCalibration(engine, engine).MeasureAsync([Y], [new StyleCaption("a cube", 3, X)], Token);

    private static double AngleOf(float[] embedding) => Math.Acos(Math.Clamp(EmbeddingSpace.Cosine(embedding, X), -1, 1));

    /// <summary>The picture with a cosine to x.</summary>
    private static float[] At(double cosine) => [(float)cosine, (float)Math.Sqrt(1 - (cosine * cosine))];

    /// <summary>An engine whose pictures carry their number, by which its CLIP knows what they show.</summary>
    private sealed class Painter : IImageEngine, IEmbedder
    {
        private readonly List<float[]> drawn = [];

        /// <summary>What the picture of a prompt and an embedding shows.</summary>
        public Func<string, float[], float[]> Sees { get; init; } = (_, _) => X;

        public bool Fails { get; init; }

        public bool Refuses { get; init; }

        public float[] Text { get; init; } = X;

        public int? DraftSize { get; init; } = 64;

        public List<GenerationRequest> Requests { get; } = [];

        public string? Validate(GenerationRequest request) => Refuses ? "No." : null;

        public int WorkingSizeFor(int side) => 64;

        public string? ValidateEmbedding(IReadOnlyList<ConditioningInput> inputs) => null;

        public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<ConditioningInput> inputs, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<float[]>>([.. inputs.Select(input => input is ImageInput { Picture.Rgb: var rgb } ? drawn[rgb.Span[0]] : Text)]);

        public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            Requests.Add(request);
            var begun = request.Finished![0];
            Assert.Equal(GenerationStage.Prior, begun.Stage);
            drawn.Add(Sees(request.Prompt, begun.ImageEmbedding));
            var picture = SignedImage.FromRgbBytes(1, 1, Enumerable.Repeat((byte)(drawn.Count - 1), SignedImage.Channels).ToArray());
            yield return Fails
                ? new ImageFailed(0, request.Seed, "It failed.")
                : new ImageCompleted(0, request.Seed, picture, begun.ImageEmbedding, new EffectiveRecipe("painter", 64, "given", "ddim", 1, 1, "ddim", 1, 1, []), []);
        }
    }
}
