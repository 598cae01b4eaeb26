using System.ClientModel;
using System.ClientModel.Primitives;

using OpenAI;
using OpenAI.Images;
using OpenAI.Models;

using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>The official .NET client against our server: only its address and key differ.</summary>
public sealed class OfficialClientTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient http = studio.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GenerateImages_Bytes_AreThePicturesOfTheSizeAsked()
    {
        var result = await Client().GenerateImagesAsync(
            "a red cube",
            2,
            new ImageGenerationOptions { Size = GeneratedImageSize.W256xH256, ResponseFormat = GeneratedImageFormat.Bytes, EndUserId = "user-7" },
            Cancellation);

        Assert.Equal(2, result.Value.Count);
        Assert.All(result.Value, image =>
        {
            var picture = PictureDecoder.Decode(image.ImageBytes.ToArray());
            Assert.Equal((256, 256), (picture.Width, picture.Height));
            Assert.Null(image.ImageUri);
        });
        Assert.InRange(TimeProvider.System.GetUtcNow() - result.Value.CreatedAt, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(5));
        Assert.True(result.GetRawResponse().Headers.TryGetValue("x-request-id", out var request) && request!.StartsWith("req_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task GenerateImage_Address_IsFetchedWithoutTheKey()
    {
        var image = (await Client().GenerateImageAsync("a red cube", new ImageGenerationOptions { Size = GeneratedImageSize.W512xH512 }, Cancellation)).Value;

        using var stranger = studio.ClientOf(null);
        var picture = PictureDecoder.Decode(await stranger.GetByteArrayAsync(image.ImageUri, Cancellation));

        Assert.Equal((512, 512), (picture.Width, picture.Height));
    }

    [Fact]
    public async Task GenerateImageEdit_WithMask_KeepsTheRest()
    {
        var before = PictureDecoder.Decode(TestPictures.Png(256, 256));
        using var image = new MemoryStream(TestPictures.Png(256, 256));
        using var mask = new MemoryStream(OpenAiCalls.Transparent(256));

        var edited = await Client().GenerateImageEditAsync(
            image, "image.png", "a red cube", mask, "mask.png",
            new ImageEditOptions { Size = GeneratedImageSize.W256xH256, ResponseFormat = GeneratedImageFormat.Bytes }, Cancellation);

        var after = PictureDecoder.Decode(edited.Value.ImageBytes.ToArray());
        Assert.Equal((256, 256), (after.Width, after.Height));
        for (var pixel = 0; pixel < 256 * 256; pixel++)
        {
            var kept = before.Bytes.Span.Slice(pixel * 3, 3).SequenceEqual(after.Bytes.Span.Slice(pixel * 3, 3));
            Assert.True(kept || TestPictures.IsPainted(256, 256, pixel), $"Pixel {pixel} changed.");
        }
    }

    [Fact]
    public async Task GenerateImageEdits_WithoutMask_PaintsWhereThePictureIsTransparent()
    {
        using var image = new MemoryStream(OpenAiCalls.Transparent(64));

        var edited = await Client().GenerateImageEditsAsync(
            image, "image.png", "a red cube", 3, new ImageEditOptions { Size = GeneratedImageSize.W256xH256, ResponseFormat = GeneratedImageFormat.Bytes }, Cancellation);

        Assert.Equal(3, edited.Value.Count);
    }

    [Fact]
    public async Task GenerateImageVariations_Several_Come()
    {
        using var image = new MemoryStream(TestPictures.Png(100, 100));

        var varied = await Client().GenerateImageVariationsAsync(
            image, "image.png", 2, new ImageVariationOptions { Size = GeneratedImageSize.W256xH256, ResponseFormat = GeneratedImageFormat.Bytes }, Cancellation);

        Assert.Equal(2, varied.Value.Count);
        Assert.Equal(256, PictureDecoder.Decode(varied.Value[0].ImageBytes.ToArray()).Width);
    }

    [Fact]
    public async Task Models_AreListedAndFound()
    {
        var models = new OpenAIModelClient(new ApiKeyCredential(studio.Administrator.Key), Options());

        var listed = (await models.GetModelsAsync(Cancellation)).Value;

        Assert.Equal("dall-e-2", listed[0].Id);
        Assert.Contains(listed, model => model.Id == "starter");
        Assert.Equal("promptcanvas", (await models.GetModelAsync("starter", Cancellation)).Value.OwnedBy);
    }

    [Fact]
    public async Task WrongKey_IsTheClientsException()
    {
        var client = new ImageClient("dall-e-2", new ApiKeyCredential("sk-wrong"), Options(studio.ClientOf(null)));

        var fault = await Assert.ThrowsAsync<ClientResultException>(() => client.GenerateImageAsync("a red cube", cancellationToken: Cancellation));

        Assert.Equal(401, fault.Status);
        Assert.Contains("invalid_api_key", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Incorrect API key provided", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownModel_IsTheClientsException()
    {
        var client = new ImageClient("dall-e-4", new ApiKeyCredential(studio.Administrator.Key), Options());

        var fault = await Assert.ThrowsAsync<ClientResultException>(() => client.GenerateImageAsync("a red cube", cancellationToken: Cancellation));

        Assert.Equal(404, fault.Status);
        Assert.Contains("model_not_found", fault.Message, StringComparison.Ordinal);
    }

    private ImageClient Client() => new("dall-e-2", new ApiKeyCredential(studio.Administrator.Key), Options());

    private OpenAIClientOptions Options(HttpClient? client = null) => new()
    {
        Endpoint = new Uri("http://localhost/v1"),
        Transport = new HttpClientPipelineTransport(client ?? http),
    };
}
