using System.Text.Json;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Imaging.Editing;

namespace PromptCanvas.Generation.Tests.Requests;

/// <summary>Pictures other than squares from a model that makes squares only.</summary>
public sealed class AspectTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Studio studio;

    public AspectTests() => studio = new Studio(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1024, 16, 9, 1024, 576, 3)]
    [InlineData(1024, 9, 16, 576, 1024, 3)]
    [InlineData(1024, 4, 3, 1024, 768, 3)]
    [InlineData(256, 2, 3, 171, 256, 3)]
    [InlineData(64, 4, 1, 64, 16, 5)]
    public void Compose_Ratio_IsTheMiddleSquareAndFramesThatCoverTheRest(int longer, int wide, int high, int width, int height, int squares)
    {
        var plan = EditPlan.Compose(longer, new AspectRatio(wide, high));

        Assert.Equal((width, height, squares), (plan.Picture.Width, plan.Picture.Height, plan.Frames.Count));
        Assert.All(plan.Frames, frame => Assert.Equal(Math.Min(width, height), frame.Width));
        var first = plan.Frames[0];
        Assert.InRange(first.Left - (width - first.Right), -1, 1);
        Assert.InRange(first.Top - (height - first.Bottom), -1, 1);
        var canvas = new EditCanvas(plan.Picture, plan.Mask);
        foreach (var frame in plan.Frames)
        {
            canvas.Paste(frame, Pictures.Noise(8, 8, seed: 1));
        }

        Assert.True(canvas.Cut(new PixelRectangle(0, 0, longer, longer), longer).Keep.Hole() is null);
    }

    [Fact]
    public async Task Generate_Wide_ContinuesTheFirstSquareAtThePriceOfAll()
    {
        await studio.StartAsync();
        var person = await studio.PersonAsync();

        var job = await studio.WaitAsync(await studio.SubmitAsync(Wide(person.PersonId, "16:9") with { Count = 2 }), JobState.Done);

        Assert.Equal((64, 36), (job.Width, job.Height));
        Assert.Equal(6, (await studio.QuotaAsync(person.PersonId)).Used);
        var made = await studio.PictureAsync(job.Images[0].ImageId!.Value);
        Assert.Equal((64, 36), (made.Width, made.Height));
        var view = await studio.Get<IPictureQueries>().FindWithSettingsAsync(person, job.Images[0].ImageId!.Value, Cancellation);
        Assert.Equal((JobKinds.Generate, 64, 36), (view!.Kind, view.Width, view.Height));
        var requests = studio.Engine.Requests.Where(request => request.ImageIndices is [0]).ToList();
        Assert.Equal(3, requests.Count);
        Assert.All(requests, request => Assert.True(request.Aspect.IsSquare));
        Assert.Null(requests[0].Known);
        Assert.Null(requests[0].Finished);
        Assert.All(requests.Skip(1), request =>
        {
            Assert.NotNull(request.Known);
            Assert.Equal(("", ConditioningMode.KnownPicture), (request.Prompt, request.Overrides.Conditioning));
        });
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task EditAsync_ComposedPictureWithAStyle_AddsItToTheFirstSquareOnly()
    {
        var style = new PictureStyle("Ink", [1f], 0.5);
        var request = new GenerationRequest { Prompt = "a cube", Seed = 7, Count = 1, Size = 64, Overrides = new RecipeOverrides { Style = style } };
        var engine = new FakeEngine();
        await foreach (var _ in PictureEditor.EditAsync(engine, EditPlan.Compose(64, new AspectRatio(16, 9)), request, Cancellation))
        {
            // Only what the engine was asked counts.
        }

        Assert.Equal([style, null, null], engine.Requests.Select(asked => asked.Overrides.Style));
    }

    [Fact]
    public async Task Generate_WideButOnePictureFails_GivesThePriceOfThatOneBack()
    {
        await studio.StartAsync();
        var person = await studio.PersonAsync();
        studio.Engine.NotANumber = index => index == 1;

        await studio.WaitAsync(await studio.SubmitAsync(Wide(person.PersonId, "16:9") with { Count = 2 }), JobState.Done);

        Assert.Equal(3, (await studio.QuotaAsync(person.PersonId)).Used);
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task EditAsync_ComposedPicture_HasTheEmbeddingAndRecipeOfItsFirstSquare()
    {
        var plan = EditPlan.Compose(64, new AspectRatio(16, 9));
        var request = new GenerationRequest { Prompt = "a cube", Seed = 7, Count = 1, Size = 64, ReportsStages = true };
        var engine = new FakeEngine { Clip = _ => [], ReportsStages = true, Prior = seed => [seed] };
        var events = new List<GenerationEvent>();
        await foreach (var happened in PictureEditor.EditAsync(engine, plan, request, Cancellation))
        {
            events.Add(happened);
        }

        var made = Assert.Single(events.OfType<ImageCompleted>());
        Assert.Equal([7f], made.ImageEmbedding);
        Assert.Equal(("16:9", 64, 3, "diffusion"), (made.Recipe.Aspect, made.Recipe.Size, made.Recipe.Squares, made.Recipe.Prior));
        Assert.Null(made.Recipe.Kind);
        Assert.All(events.OfType<StageCompleted>().Where(stage => stage.Result.Stage is not null), stage => Assert.Equal([7f], stage.Result.ImageEmbedding));
        Assert.All(events.OfType<StageCompleted>().Select(stage => stage.Recipe).OfType<EffectiveRecipe>(), recipe => Assert.Equal(made.Recipe, recipe));
        Assert.Equal([1.5, 4.5], made.Timings.Select(timing => timing.Seconds));

        // After a restart between two squares the first one is drawn again, with the same result.
        var between = events.OfType<StageCompleted>().First(stage => stage.Result is { Frame: 1 }).Result;
        await foreach (var happened in PictureEditor.EditAsync(engine, plan, request with { Finished = new Dictionary<int, StageResult> { [0] = between } }, Cancellation))
        {
            Assert.True(happened is not ImageCompleted again || again.Image.ToRgbBytes().SequenceEqual(made.Image.ToRgbBytes()));
        }

        Assert.Equal(6, engine.Requests.Count);
    }

    [Theory]
    [InlineData("16:0")]
    [InlineData("wide")]
    [InlineData("9:1")]
    [InlineData("16:9:2")]
    public void Read_NoRatio_NamesTheField(string aspect)
    {
        var read = GenerateOperation.Shape.Read(new OperationFields { Prompt = "a fox", Aspect = aspect });

        Assert.False(read.TryGet(out _, out var refusal));
        var invalid = Assert.IsType<InvalidInput>(refusal);
        Assert.Equal("aspect", invalid.Field);
        Assert.Contains("such as 16:9", invalid.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_OfTheOperation_RoundTripsAndIsAbsentForSquares()
    {
        var wide = new GenerateOperation(new AspectRatio(16, 9));

        Assert.Null(new GenerateOperation().ToJson());
        Assert.Equal(wide, JobOperation.FromJson(wide.ToJson()));
        using var json = JsonDocument.Parse(wide.ToJson()!);
        Assert.Equal(["kind", "ratio"], json.RootElement.EnumerateObject().Select(field => field.Name).Order());
    }

    [Fact]
    public async Task Generate_SameKeyWithAnotherAspect_IsAConflict()
    {
        await studio.StartAsync();
        var person = await studio.PersonAsync();
        var square = Wide(person.PersonId, "1:1") with { IdempotencyKey = "once" };
        await studio.SubmitAsync(square);

        Assert.False((await studio.TrySubmitAsync(Wide(person.PersonId, "4:3") with { IdempotencyKey = "once" })).TryGet(out _, out var refusal));
        Assert.IsType<Conflict>(refusal);
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private static NewJob Wide(Guid person, string ratio) => TestRequests.FoxOf(person) with
    {
        IdempotencyKey = Guid.NewGuid().ToString(),
        Operation = new GenerateOperation(AspectRatio.TryParse(ratio, out var aspect) ? aspect : default),
        Size = 64,
    };
}
