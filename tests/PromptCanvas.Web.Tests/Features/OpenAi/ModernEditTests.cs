using System.Net.Http.Headers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NetVips;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>Edits as Open WebUI, LibreChat, the AI SDK and Microsoft.Extensions.AI send them: no mask, any format and shape, several pictures.</summary>
public sealed class ModernEditTests : IAsyncDisposable
{
    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Theory]
    [InlineData("png", 64, 64, null, 1024, 1024)]
    [InlineData("jpeg", 120, 80, null, 1024, 683)]
    [InlineData("webp", 60, 90, "auto", 683, 1024)]
    [InlineData("jpeg", 120, 80, "1024x1536", 1024, 1536)]
    [InlineData("turned jpeg", 120, 80, null, 683, 1024)]
    public async Task Edit_WithoutAMask_ChangesThePictureByWordsAndGivesBackItsShape(string format, int width, int height, string? size, int madeWidth, int madeHeight)
    {
        using var client = studio.CreateClient();
        (string, object)[] parts = [("model", "gpt-image-1"), ("image", Encode(format, width, height)), ("prompt", "make the cube blue")];
        using var response = await client.PostAsync(OpenAiCalls.Edits, size is null ? parts : [.. parts, ("size", size)]);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        var picture = Assert.Single((await response.ReadJsonAsync()).GetProperty("data").EnumerateArray());
        var made = PictureDecoder.Decode(picture.GetProperty("b64_json").GetBytesFromBase64());

        Assert.Equal((madeWidth, madeHeight), (made.Width, made.Height));
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        var job = await database.Jobs.Include(row => row.Inputs).SingleAsync(Cancellation);
        Assert.Equal((JobKinds.TextDifference, 1), (job.Kind, job.Count));
        Assert.Equal(JobInputRoles.Source, Assert.Single(job.Inputs).Role);
        Assert.Equal(1, await client.UsedAsync());
    }

    [Fact]
    public async Task Edit_WithoutAMask_MovesFromThePicturesCaptionToThePrompt()
    {
        studio.Engine.Clip = input => input is TextInput { Text: "a fox" } ? [0, 1, 0, 0] : [1, 0, 0, 0];
        studio.Engine.Captions = ["a fox", "a red cube"];
        using var client = studio.CreateClient();
        using var response = await client.PostAsync(OpenAiCalls.Edits, ("image", Encode("png", 64, 64)), ("prompt", "a blue cube"), ("size", "256x256"));

        Assert.Single(await response.DataAsync());
        var origin = Assert.IsType<ChangeOrigin>(studio.Engine.Latest!.Origin);
        Assert.Equal(("a red cube", "a blue cube"), (origin.From, origin.To));
    }

    [Theory]
    [InlineData(OpenAiCalls.Edits)]
    [InlineData(OpenAiCalls.Variations)]
    public async Task Picture_ThatIsAnAnimation_IsItsFirstFrameAndAHeaderSaysSo(string call)
    {
        using var client = studio.CreateClient();
        using var moving = await client.PostAsync(call, ("image", TestPictures.Animation(64)), ("prompt", "a blue cube"), ("size", "256x256"));
        using var still = await client.PostAsync(call, ("image", Encode("webp", 64, 64)), ("prompt", "a blue cube"), ("size", "256x256"));

        Assert.Single(await moving.DataAsync());
        Assert.Equal("This file is an animation; its first frame is used.", Assert.Single(moving.Headers.GetValues("x-promptcanvas-image-note")));
        Assert.False(still.Headers.Contains("x-promptcanvas-image-note"));
    }

    [Fact]
    public async Task Edit_WithSeveralPictures_ChangesTheFirstAndMixesTheOthersIn()
    {
        using var client = studio.CreateClient();
        using var response = await client.PostAsync(
            OpenAiCalls.Edits, ("image[]", Encode("png", 64, 64)), ("image[]", Encode("jpeg", 80, 40)), ("image[]", Encode("webp", 30, 50)), ("prompt", "all in one"), ("n", "2"), ("size", "256x256"));

        Assert.Equal(2, (await response.DataAsync()).Count);
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        var inputs = await database.JobInputs.OrderBy(input => input.Slot).Select(input => input.Role).ToListAsync(Cancellation);
        Assert.Equal([JobInputRoles.Source, JobInputRoles.Blended, JobInputRoles.Blended], inputs);
        Assert.Equal(2, await client.UsedAsync());
    }

    [Fact]
    public async Task Edit_WithAMaskAndSeveralPictures_PaintsIntoTheFirstAndMixesTheOthersIn()
    {
        using var client = studio.CreateClient();
        (string, object)[] parts = [("mask", TestPictures.Mask(64, 64)), ("prompt", "a cube"), ("size", "256x256"), ("response_format", "b64_json")];
        (string, object)[] images = [("image[]", Encode("png", 64, 64)), ("image[]", Encode("jpeg", 80, 40)), ("image[]", Encode("webp", 30, 50))];
        using var response = await client.PostAsync(OpenAiCalls.Edits, [.. images, .. parts]);

        Assert.Single(await response.DataAsync());
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        var job = await database.Jobs.Include(row => row.Inputs).SingleAsync(Cancellation);
        Assert.Equal(JobKinds.Edit, job.Kind);
        Assert.Equal([JobInputRoles.Source, JobInputRoles.Mask, JobInputRoles.Blended, JobInputRoles.Blended], job.Inputs.OrderBy(input => input.Slot).Select(input => input.Role));
        var origin = Assert.IsType<BlendOrigin>(studio.Engine.Latest!.Origin);
        Assert.Equal("a cube", Assert.IsType<TextInput>(origin.Inputs[0]).Text);
        Assert.Equal([1, ChangeOrigin.ReferenceWeight, ChangeOrigin.ReferenceWeight], origin.Weights!);

        using var tooMany = await client.PostAsync(OpenAiCalls.Edits, [.. images, .. images, .. parts]);
        Assert.Equal("array_above_max_length", (await tooMany.ReadJsonAsync()).GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(null, 90, 60, 1024, 683)]
    [InlineData("1024x1024", 90, 60, 1024, 1024)]
    public async Task Edit_WithAMask_OfAnyShape_KeepsWhatIsNotMasked(string? size, int width, int height, int madeWidth, int madeHeight)
    {
        using var client = studio.CreateClient();
        (string, object)[] parts = [("image", Encode("png", width, height)), ("mask", TestPictures.Mask(width, height)), ("prompt", "a cube"), ("response_format", "b64_json")];
        using var response = await client.PostAsync(OpenAiCalls.Edits, size is null ? parts : [.. parts, ("size", size)]);
        var made = PictureDecoder.Decode(Assert.Single(await response.DataAsync()).GetProperty("b64_json").GetBytesFromBase64());

        Assert.Equal((madeWidth, madeHeight), (made.Width, made.Height));
    }

    [Fact]
    public async Task Edit_SentAsJpegWithAForeignType_IsTakenByItsBytes()
    {
        using var client = studio.CreateClient();
        using var part = new ByteArrayContent(Encode("jpeg", 64, 64));
        part.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var form = new MultipartFormDataContent { { part, "image", "image.png" }, { new StringContent("a cube"), "prompt" }, { new StringContent("256x256"), "size" } };
        using var response = await client.PostAsync(OpenAiCalls.Edits, form, Cancellation);

        Assert.Single(await response.DataAsync());
    }

    [Theory]
    [InlineData("jpeg", 100, 50)]
    [InlineData("webp", 50, 100)]
    public async Task Variation_OfAnyFormatAndShape_IsMade(string format, int width, int height)
    {
        using var client = studio.CreateClient();
        using var response = await client.PostAsync(OpenAiCalls.Variations, ("image", Encode(format, width, height)), ("size", "256x256"));

        Assert.Single(await response.DataAsync());
    }

    private static byte[] Encode(string format, int width, int height)
    {
        using var picture = Image.NewFromBuffer(TestPictures.Png(width, height));
        using var turned = picture.Mutate(image => image.Set(GValue.GIntType, "orientation", 6));
        return format switch
        {
            "jpeg" => picture.JpegsaveBuffer(q: 90),
            "turned jpeg" => turned.JpegsaveBuffer(q: 90),
            "webp" => picture.WebpsaveBuffer(q: 90),
            _ => picture.PngsaveBuffer(),
        };
    }
}
