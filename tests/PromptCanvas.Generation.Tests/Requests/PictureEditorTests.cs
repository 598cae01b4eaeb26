using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Tests.Requests;

public sealed class PictureEditorTests
{
    private static readonly GenerationRequest Request = new() { Prompt = "a cube", Seed = 7, Count = 2, Size = 64 };

    [Theory]
    [InlineData(64, 64)]
    [InlineData(300, 40)]
    [InlineData(33, 500)]
    public async Task EditAsync_AnyShape_KeepsEveryPixelOutsideTheMask(int width, int height)
    {
        var picture = Pictures.Noise(width, height, seed: 4);
        var mask = Masks.WithHole(width, height, new PixelRectangle(width / 3, height / 3, width / 4, height / 4));

        var made = await MadeAsync(new FakeEngine(), Plan(EditPlan.Edit(picture, mask)));

        Assert.Equal([7u, 8u], made.Select(one => one.Seed));
        Assert.All(made, one =>
        {
            Assert.Equal("edit", one.Recipe.Kind);
            AssertKept(picture, mask, one, 0, 0);
            Assert.Equal(one.Image.ToRgbBytes().Length, picture.Bytes.Length);
        });
        Assert.NotEqual(made[0].Image.Values, made[1].Image.Values);
    }

    [Fact]
    public async Task EditAsync_Extension_PaintsFrameAfterFrameAroundTheUntouchedPicture()
    {
        var picture = Pictures.Noise(50, 40, seed: 5);
        var engine = new FakeEngine();
        var plan = Plan(EditPlan.Extend(picture, new Extension(100, 0, 3, 0)));

        var made = await MadeAsync(engine, plan);

        Assert.Equal((150, 43), (made[0].Image.Width, made[0].Image.Height));
        Assert.All(made, one => AssertKept(picture, Masks.WithHole(50, 40, default), one, 100, 3));
        Assert.InRange(plan.Frames.Count, 4, 12);
        Assert.Equal(2 * plan.Frames.Count, engine.Requests.Count);

        // Each frame of each picture has its own noise.
        Assert.Equal(engine.Requests.Count, engine.Requests.Select(request => unchecked(request.Seed + (uint)request.ImageIndices!.Single())).Distinct().Count());
    }

    [Fact]
    public async Task EditAsync_PicturesThatFillTheRoom_AreMadeOneAfterTheOther()
    {
        var (working, most) = (0, 0);
        var engine = new FakeEngine
        {
            BeforeImage = async (_, _, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref working));
                await Task.Yield();
                Interlocked.Decrement(ref working);
            },
        };
        var plan = Plan(EditPlan.Edit(Pictures.Noise(100, 100, seed: 4), Masks.WithHole(100, 100, new PixelRectangle(30, 30, 40, 40))));
        var made = new List<ImageCompleted>();

        await foreach (var value in PictureEditor.EditAsync(engine, plan, Request with { Count = 5 }, new PixelCapacity(10_000), TestContext.Current.CancellationToken))
        {
            made.AddRange(new[] { value }.OfType<ImageCompleted>());
        }

        Assert.Equal(1, most);
        Assert.Equal([7u, 8u, 9u, 10u, 11u], made.Select(one => one.Seed));
    }

    [Theory]
    [InlineData(300, 40)]
    [InlineData(33, 500)]
    public async Task EditAsync_Watched_ShowsTheWholePictureWithItsAspectRatio(int width, int height)
    {
        var plan = Plan(EditPlan.Edit(Pictures.Noise(width, height, seed: 4), Masks.WithHole(width, height, new PixelRectangle(width / 3, height / 3, width / 4, height / 4))));
        var shown = new List<SignedImage>();

        await foreach (var value in PictureEditor.EditAsync(new FakeEngine(), plan, Request, TestContext.Current.CancellationToken))
        {
            shown.AddRange(new[] { (value as StepCompleted)?.PredictedImage }.OfType<SignedImage>());
        }

        Assert.NotEmpty(shown);
        Assert.All(shown, preview =>
        {
            Assert.Equal(StepCompleted.MaximumPreviewSize, Math.Max(preview.Width, preview.Height));
            Assert.InRange((double)preview.Width / preview.Height, 0.95 * width / height, 1.05 * width / height);
        });
    }

    [Fact]
    public async Task EditAsync_OnePictureFails_TheOtherIsMade()
    {
        var engine = new FakeEngine { NotANumber = index => index == 0 };
        var events = new List<GenerationEvent>();

        await foreach (var value in PictureEditor.EditAsync(engine, Plan(EditPlan.Extend(Pictures.Noise(8, 8, 1), new Extension(20, 0, 0, 0))), Request, TestContext.Current.CancellationToken))
        {
            events.Add(value);
        }

        Assert.Equal(7u, Assert.Single(events.OfType<ImageFailed>()).Seed);
        Assert.Equal(8u, Assert.Single(events.OfType<ImageCompleted>()).Seed);
        Assert.All(events.OfType<StepCompleted>(), step => Assert.InRange(step.Progress, 0, 1));
    }

    [Fact]
    public async Task EditAsync_EngineFault_ReachesTheReader()
    {
        var engine = new FakeEngine { BeforeImage = (_, _, _) => throw new IOException("gone") };

        var fault = await Assert.ThrowsAsync<IOException>(() => MadeAsync(engine, Plan(EditPlan.Extend(Pictures.Noise(8, 8, 1), new Extension(2, 0, 0, 0)))));

        Assert.Equal("gone", fault.Message);
    }

    [Fact]
    public void Plans_BadInput_SaysWhatIsWrong()
    {
        var picture = Pictures.Noise(8, 6, 1);

        Assert.Contains("The mask has 4 × 6 pixels and the picture 8 × 6", Refused(EditPlan.Edit(picture, Masks.WithHole(4, 6, default))), StringComparison.Ordinal);
        Assert.Contains("The mask is empty", Refused(EditPlan.Edit(picture, Masks.WithHole(8, 6, default))), StringComparison.Ordinal);
        Assert.Contains("The mask is empty", Refused(EditPlan.Erase(picture, Masks.WithHole(8, 6, default))), StringComparison.Ordinal);
        Assert.Contains("covers the whole picture", Refused(EditPlan.Erase(picture, Masks.WithHole(8, 6, new PixelRectangle(0, 0, 8, 6)))), StringComparison.Ordinal);
        Assert.Contains("nothing to extend", Refused(EditPlan.Extend(picture, new Extension(0, 0, 0, 0))), StringComparison.Ordinal);
        Assert.Contains("not by -1", Refused(EditPlan.Extend(picture, new Extension(0, -1, 0, 0))), StringComparison.Ordinal);
        Assert.Contains("would grow to 8200 × 6", Refused(EditPlan.Extend(picture, new Extension(8192, 0, 0, 0))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, 4, "The part to repaint is 4 pixels thick, too thin for anything to be seen in it: paint at least 8 pixels.")]
    [InlineData(1000, 10, "The part to repaint is thin and long: it would take 17 drawings, and one edit has at most 16.")]
    [InlineData(400, 8, null)]
    [InlineData(900, 24, null)]
    public void Plans_ThinHoles_AreRefusedInWordsWhereNothingWouldBeSeen(int length, int thickness, string? reason)
    {
        var picture = Pictures.Noise(1024, 512, 1);
        var mask = Masks.WithHole(1024, 512, new PixelRectangle(10, 200, length, thickness));
        foreach (var plan in new[] { EditPlan.Edit(picture, mask), EditPlan.Erase(picture, mask) })
        {
            Assert.Equal(reason is null, plan.Refusal is null);
            Assert.StartsWith(reason ?? "", plan.Refusal?.Message ?? "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Edit_MaskOverEverything_IsAllowed() =>
        Assert.True(Plan(EditPlan.Edit(Pictures.Noise(8, 6, 1), Masks.WithHole(8, 6, new PixelRectangle(0, 0, 8, 6)))).Mask.KeepsNothing);

    private static async Task<List<ImageCompleted>> MadeAsync(FakeEngine engine, EditPlan plan)
    {
        var made = new List<ImageCompleted>();
        await foreach (var value in PictureEditor.EditAsync(engine, plan, Request, TestContext.Current.CancellationToken))
        {
            if (value is ImageCompleted one)
            {
                made.Add(one);
            }
        }

        return [.. made.OrderBy(one => one.ImageIndex)];
    }

    private static void AssertKept(RgbImage picture, KeepMask mask, ImageCompleted made, int left, int top)
    {
        var bytes = made.Image.ToRgbBytes();
        for (var pixel = 0; pixel < mask.Values.Length; pixel++)
        {
            if (mask.Values[pixel])
            {
                var at = (((pixel / mask.Width) + top) * made.Image.Width) + (pixel % mask.Width) + left;
                Assert.True(picture.Bytes.Span.Slice(pixel * 3, 3).SequenceEqual(bytes.AsSpan(at * 3, 3)), $"pixel {pixel}");
            }
        }
    }

    private static EditPlan Plan(Result<EditPlan> result) =>
        result.TryGet(out var plan, out var refusal) ? plan : throw new InvalidOperationException(refusal.Message);

    private static string Refused(Result<EditPlan> result) =>
        result.TryGet(out _, out var refusal) ? throw new InvalidOperationException("It was accepted.") : refusal.Message;
}
