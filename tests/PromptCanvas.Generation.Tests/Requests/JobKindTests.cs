using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Safety;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Tests.Requests;

/// <summary>Every kind of job, submitted through the queue.</summary>
public sealed class JobKindTests : IAsyncDisposable
{
    private const int Width = 90;
    private const int Height = 60;
    private static readonly RgbImage Source = Pictures.Noise(Width, Height, seed: 3);
    private static readonly RgbImage Mask = Uploading.MaskPicture(Width, Height, Painted);

    private readonly TemporaryFolder folder = new();
    private Studio studio;

    public JobKindTests() => studio = new Studio(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Edit_NonSquarePicture_KeepsItsSizeAndEveryPixelOutsideTheMask()
    {
        await studio.StartAsync();
        var (somebody, source, mask) = await WithUploadsAsync();

        var job = await studio.WaitAsync(await studio.SubmitAsync(Of(somebody, new EditOperation(source, mask)) with { Prompt = "a fox" }), JobState.Done);

        Assert.Equal((JobKinds.Edit, Width, Height, 64), (job.Kind, job.Width, job.Height, job.Size));
        Assert.Equal(2, job.Images.Count);
        foreach (var image in job.Images)
        {
            var made = await studio.PictureAsync(image.ImageId!.Value);
            Assert.Equal((Width, Height), (made.Width, made.Height));
            AssertKept(made, (x, y) => !Painted(x, y), 0, 0);
            Assert.Contains(Enumerable.Range(0, Width * Height), pixel =>
                Painted(pixel % Width, pixel / Width) && made.Bytes.Span[pixel * 3] != Source.Bytes.Span[pixel * 3]);
            Assert.Equal((Width, Height), await SizeOfAsync(image.ImageId.Value));
            Assert.Equal(JobKinds.Edit, (await studio.Get<IPictureQueries>().FindPictureAsync(somebody, image.ImageId.Value, Cancellation))!.Kind);
        }

        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Extend_WithoutPrompt_ContinuesThePictureAroundItsUntouchedPixels()
    {
        await studio.StartAsync();
        var (somebody, source, _) = await WithUploadsAsync();

        var job = await studio.WaitAsync(await studio.SubmitAsync(Of(somebody, new ExtendOperation(source, new Extension(20, 0, 0, 10))) with { Count = 1 }), JobState.Done);

        Assert.Equal((Width + 20, Height + 10), (job.Width, job.Height));
        var made = await studio.PictureAsync(job.Images[0].ImageId!.Value);
        AssertKept(made, (_, _) => true, 20, 0);
        Assert.All(studio.Engine.Requests, request => Assert.Equal(ConditioningMode.KnownPicture, request.Overrides.Conditioning));
    }

    [Fact]
    public async Task Extend_WithARuleOnPictures_IsJudgedWhereThereIsSomethingToJudge()
    {
        studio.Engine.ReportsStages = true;
        studio.Engine.Clip = input => input is TextInput ? [1, 0] : [0, 1];
        studio.Engine.Prior = _ => [0, 1];
        await studio.StartAsync();
        Assert.Null((await studio.Get<ISafetyRules>().AddAsync(
            new AuditActor(null, "Ada", null), new NewSafetyRule(SafetyRuleKinds.Picture, "a wolf", "no wolves", 0.9), Cancellation)).Refusal);
        var (somebody, source, _) = await WithUploadsAsync();

        // Several frames: the stage result between two frames is a canvas without an embedding.
        var job = await studio.WaitAsync(
            await studio.SubmitAsync(Of(somebody, new ExtendOperation(source, new Extension(3 * Width, 0, 0, 0))) with { Count = 1 }),
            job => job.State is JobState.Done or JobState.Failed or JobState.Rejected);

        Assert.Equal((JobState.Done, null), (job.State, job.Error));
        Assert.True(studio.Engine.Requests.Count > 1);
    }

    [Fact]
    public async Task Erase_Done_AsksTheEngineWithoutWords()
    {
        await studio.StartAsync();
        var (somebody, source, mask) = await WithUploadsAsync();

        await studio.WaitAsync(await studio.SubmitAsync(Of(somebody, new EraseOperation(source, mask)) with { Count = 1 }), JobState.Done);

        var request = Assert.Single(studio.Engine.Requests);
        Assert.Equal(("", ConditioningMode.KnownPicture), (request.Prompt, request.Overrides.Conditioning));
        Assert.NotNull(request.Known);
    }

    [Fact]
    public async Task Vary_Done_GivesTheEngineThePixelsAndStrength()
    {
        await studio.StartAsync();
        var (somebody, source, _) = await WithUploadsAsync();

        await studio.WaitAsync(await studio.SubmitAsync(Of(somebody, new VaryOperation(source, 0.25)) with { Size = 64 }), JobState.Done);

        var origin = Assert.IsType<VariationOrigin>(Assert.Single(studio.Engine.Requests).Origin);
        Assert.Equal(0.25, origin.Strength);
        Assert.True(origin.Picture.Rgb.Span.SequenceEqual(Source.Bytes.Span));
    }

    [Fact]
    public async Task Blend_PicturesAndWords_KeepTheirOrderAndWeights()
    {
        await studio.StartAsync();
        var (somebody, source, mask) = await WithUploadsAsync();

        await studio.WaitAsync(
            await studio.SubmitAsync(Of(somebody, new BlendOperation([new(source, null), new(null, "a fox", 3), new(mask, null, 0)])) with { Size = 64 }), JobState.Done);

        var origin = Assert.IsType<BlendOrigin>(Assert.Single(studio.Engine.Requests).Origin);
        Assert.Equal([1, 3, 0], origin.Weights);
        Assert.True(Assert.IsType<ImageInput>(origin.Inputs[0]).Picture.Rgb.Span.SequenceEqual(Source.Bytes.Span));
        Assert.Equal("a fox", Assert.IsType<TextInput>(origin.Inputs[1]).Text);
        Assert.True(Assert.IsType<ImageInput>(origin.Inputs[2]).Picture.Rgb.Span.SequenceEqual(Mask.Bytes.Span));
    }

    [Fact]
    public async Task TextDifference_Row_CostsACreditAFrameAndSharesOneSeed()
    {
        await studio.StartAsync();
        var (somebody, source, _) = await WithUploadsAsync();

        var job = await studio.WaitAsync(
            await studio.SubmitAsync(Of(somebody, new TextDifferenceOperation(source, "a cat", "a fox", 3)) with { Size = 64 }), JobState.Done);

        Assert.Equal(3, (await studio.QuotaAsync(somebody.PersonId)).Used);
        Assert.All(job.Images, image => Assert.Equal(7u, image.Seed));
        var origin = Assert.IsType<TextDifferenceOrigin>(Assert.Single(studio.Engine.Requests).Origin);
        Assert.Equal(("a cat", "a fox"), (origin.From, origin.To));
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task AnyKind_PictureOfTheStudiosOwn_IsTheParentOfWhatIsMade()
    {
        await studio.StartAsync();
        var somebody = await studio.PersonAsync();
        var first = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(somebody.PersonId, count: 1)), JobState.Done);
        var parent = first.Images[0].ImageId!.Value;

        var job = await studio.WaitAsync(await studio.SubmitAsync(Of(somebody, new VaryOperation(parent)) with { Size = 64, Count = 1 }), JobState.Done);

        var picture = await studio.Get<IPictureQueries>().FindPictureAsync(somebody, job.Images[0].ImageId!.Value, Cancellation);
        Assert.Equal((JobKinds.Vary, parent), (picture!.Kind, Assert.Single(picture.Parents)));
        Assert.Equal(Visibilities.Team, picture.Visibility);
    }

    [Fact]
    public async Task Parent_HiddenByItsOwner_IsNotNamedToOthers()
    {
        await studio.StartAsync();
        var (owner, other) = (await studio.PersonAsync(), await studio.PersonAsync("other"));
        var first = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(owner.PersonId, count: 1) with { Visibility = Visibilities.Private }), JobState.Done);
        var job = await studio.WaitAsync(
            await studio.SubmitAsync(Of(owner, new VaryOperation(first.Images[0].ImageId!.Value)) with { Size = 64, Count = 1, Visibility = Visibilities.Team }), JobState.Done);
        var made = job.Images[0].ImageId!.Value;

        Assert.Single((await studio.Get<IPictureQueries>().FindPictureAsync(owner, made, Cancellation))!.Parents);
        Assert.Empty((await studio.Get<IPictureQueries>().FindPictureAsync(other, made, Cancellation))!.Parents);
    }

    [Fact]
    public async Task AnyKind_OthersUploadOrPrivatePicture_IsNotFoundAndNothingIsCharged()
    {
        await studio.StartAsync();
        var (owner, source, _) = await WithUploadsAsync();
        var other = await studio.PersonAsync("other");
        var hidden = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(owner.PersonId, count: 1) with { Visibility = Visibilities.Private }), JobState.Done);

        foreach (var id in new[] { source, hidden.Images[0].ImageId!.Value, Guid.NewGuid() })
        {
            Refused<NotFound>(await studio.TrySubmitAsync(Of(other, new VaryOperation(id)) with { IdempotencyKey = $"{id}" }));
        }

        Assert.Equal(0, (await studio.QuotaAsync(other.PersonId)).Used);
        await using var database = studio.OpenDatabase();
        Assert.Empty(database.JobInputs);
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "another size", "mask" },
        { "empty mask", "mask" },
        { "all masked", "mask" },
        { "no extension", "extend" },
        { "strength", "strength" },
        { "weights", "inputs" },
        { "one input", "inputs" },
        { "no words", "inputs" },
        { "same captions", "to" },
        { "one frame", "frames" },
        { "prompt", "prompt" },
        { "no prompt", "prompt" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task SubmitAsync_WhatCannotBeMade_NamesTheFieldAndChargesNothing(string fault, string field)
    {
        await studio.PrepareAsync();
        var (somebody, source, mask) = await WithUploadsAsync();
        var request = fault switch
        {
            "another size" => Of(somebody, new EraseOperation(source, await studio.UploadAsync(somebody, Uploading.MaskPicture(Width, 10, Painted)))),
            "empty mask" => Of(somebody, new EraseOperation(source, await studio.UploadAsync(somebody, Uploading.MaskPicture(Width, Height, (_, _) => false)))),
            "all masked" => Of(somebody, new EraseOperation(source, await studio.UploadAsync(somebody, Uploading.MaskPicture(Width, Height, (_, _) => true)))),
            "no extension" => Of(somebody, new ExtendOperation(source, new Extension(0, 0, 0, 0))),
            "strength" => Of(somebody, new VaryOperation(source, 1.5)),
            "weights" => Of(somebody, new BlendOperation([new(source, null, 0), new(null, "a fox", 0)])),
            "one input" => Of(somebody, new BlendOperation([new(source, null)])),
            "no words" => Of(somebody, new BlendOperation([new(source, null), new(null, " ")])),
            "same captions" => Of(somebody, new TextDifferenceOperation(source, "a fox", "a fox ")),
            "one frame" => Of(somebody, new TextDifferenceOperation(source, "a cat", "a fox", 1)),
            "prompt" => Of(somebody, new VaryOperation(source)) with { Prompt = "a fox" },
            _ => Of(somebody, new EditOperation(source, mask)),
        };

        Assert.Equal(field, Refused<InvalidInput>(await studio.TrySubmitAsync(request)).Field);
        Assert.Equal(0, (await studio.QuotaAsync(somebody.PersonId)).Used);
    }

    [Fact]
    public async Task Job_OfAnUpload_IsMadeAfterARestartADayLater()
    {
        await studio.PrepareAsync();
        var (somebody, source, mask) = await WithUploadsAsync();
        var id = await studio.SubmitAsync(Of(somebody, new EditOperation(source, mask)) with { Prompt = "a fox", Count = 1 });
        var now = studio.Clock.GetUtcNow();
        await studio.DisposeAsync();

        studio = new Studio(folder.Path);
        studio.Clock.SetUtcNow(now + TimeSpan.FromHours(49));
        await studio.PrepareAsync();
        await studio.UploadAsync(somebody, Pictures.Gradient(5, 5));
        await studio.Get<Orphans>().SweepAsync(Cancellation);
        await studio.StartAsync();

        var job = await studio.WaitAsync(id, JobState.Done);
        AssertKept(await studio.PictureAsync(job.Images[0].ImageId!.Value), (x, y) => !Painted(x, y), 0, 0);
    }

    [Fact]
    public async Task Upload_NotUsedForADay_IsNotFound()
    {
        await studio.PrepareAsync();
        var (somebody, source, _) = await WithUploadsAsync();
        studio.Clock.Advance(TimeSpan.FromHours(25));

        Refused<NotFound>(await studio.TrySubmitAsync(Of(somebody, new VaryOperation(source))));
    }

    [Fact]
    public async Task Job_WhosePictureIsGoneFromTheStore_FailsWithTheReasonAndIsRefunded()
    {
        await studio.PrepareAsync();
        var (somebody, source, _) = await WithUploadsAsync();
        var id = await studio.SubmitAsync(Of(somebody, new VaryOperation(source)));
        await using (var database = studio.OpenDatabase())
        {
            var hash = await database.JobInputs.Select(input => input.ContentHash).FirstAsync(Cancellation);
            File.Delete(studio.Folder.PictureFile(hash));
        }

        await studio.StartAsync();
        var job = await studio.WaitAsync(id, JobState.Failed);

        Assert.Contains("no longer in the store", job.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await studio.QuotaAsync(somebody.PersonId)).Used);
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Visibility_NotSaid_IsPrivateForWhatIsMadeOfAnUpload()
    {
        await studio.StartAsync();
        var (somebody, source, _) = await WithUploadsAsync();

        var job = await studio.WaitAsync(await studio.SubmitAsync(Of(somebody, new VaryOperation(source)) with { Size = 64, Count = 1 }), JobState.Done);

        Assert.Equal(Visibilities.Private, (await studio.Get<IPictureQueries>().FindPictureAsync(somebody, job.Images[0].ImageId!.Value, Cancellation))!.Visibility);
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private static bool Painted(int x, int y) => x is >= 30 and < 50 && y is >= 20 and < 35;

    private static NewJob Of(Actor somebody, JobOperation operation) => new()
    {
        IdempotencyKey = "made",
        PersonId = somebody.PersonId,
        Operation = operation,
        Count = 2,
        Seed = 7,
    };

    private static void AssertKept(RgbImage made, Func<int, int, bool> kept, int left, int up)
    {
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                if (kept(x, y))
                {
                    var before = Source.Bytes.Span.Slice(((y * Width) + x) * 3, 3);
                    Assert.True(before.SequenceEqual(made.Bytes.Span.Slice((((y + up) * made.Width) + x + left) * 3, 3)), $"Pixel {x}, {y} changed.");
                }
            }
        }
    }

    private static T Refused<T>(Result<Guid> result)
        where T : Refusal
    {
        Assert.False(result.TryGet(out _, out var refusal));
        return Assert.IsType<T>(refusal);
    }

    private async Task<(Actor Somebody, Guid Source, Guid Mask)> WithUploadsAsync()
    {
        var somebody = await studio.PersonAsync();
        return (somebody, await studio.UploadAsync(somebody, Source), await studio.UploadAsync(somebody, Mask));
    }

    private async Task<(int Width, int Height)> SizeOfAsync(Guid imageId)
    {
        await using var database = studio.OpenDatabase();
        var image = await database.Pictures.SingleAsync(row => row.Id == imageId, Cancellation);
        return (image.Width, image.Height);
    }
}
