#pragma warning disable MEAI001 // The image generator of Microsoft.Extensions.AI is still marked as experimental.

using System.ClientModel;
using System.ClientModel.Primitives;
using System.Drawing;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Images;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;
using ImageGenerationOptions = Microsoft.Extensions.AI.ImageGenerationOptions;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>The image generator of Microsoft.Extensions.AI against our server: only its address and key differ.</summary>
public sealed class MicrosoftAiTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient http = studio.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("dall-e-2", 256, 256)]
    [InlineData("dall-e-3", 1024, 1024)]
    [InlineData("gpt-image-1", 1536, 1024)]
    public async Task Generate_GivesPicturesOfTheSizeAsked(string model, int width, int height)
    {
        using var generator = Generator(model);
        var response = await generator.GenerateImagesAsync(
            "a red cube", new ImageGenerationOptions { Count = 2, ImageSize = new Size(width, height), ResponseFormat = ImageGenerationResponseFormat.Data }, Cancellation);

        Assert.Equal(2, response.Contents.Count);
        Assert.All(response.Contents, content =>
        {
            var picture = PictureDecoder.Decode(Assert.IsType<DataContent>(content).Data.ToArray());
            Assert.Equal((width, height), (picture.Width, picture.Height));
        });
    }

    [Fact]
    public async Task Generate_WithoutOptions_GivesAPicture()
    {
        using var generator = Generator("gpt-image-1");
        var response = await generator.GenerateImagesAsync("a red cube", cancellationToken: Cancellation);

        Assert.IsType<DataContent>(Assert.Single(response.Contents));
    }

    [Fact]
    public async Task Generate_Addresses_AreFetchedWithoutTheKey()
    {
        using var generator = Generator("dall-e-2");
        var response = await generator.GenerateImagesAsync("a red cube", new ImageGenerationOptions { ResponseFormat = ImageGenerationResponseFormat.Uri }, Cancellation);

        using var stranger = studio.ClientOf(null);
        var picture = PictureDecoder.Decode(await stranger.GetByteArrayAsync(Assert.IsType<UriContent>(Assert.Single(response.Contents)).Uri, Cancellation));
        Assert.Equal(1024, picture.Width);
    }

    [Theory]
    [InlineData("gpt-image-1")]
    [InlineData("dall-e-2")]
    public async Task Edit_SendsAPictureWithoutAMask_WhichIsChangedByWords(string model)
    {
        using var generator = Generator(model);
        var options = new ImageGenerationOptions { ResponseFormat = ImageGenerationResponseFormat.Data };
        var response = await generator.EditImageAsync(new DataContent(TestPictures.Png(64, 64), "image/png"), "make it blue", options, Cancellation);

        var picture = PictureDecoder.Decode(Assert.IsType<DataContent>(Assert.Single(response.Contents)).Data.ToArray());
        Assert.Equal((1024, 1024), (picture.Width, picture.Height));
    }

    private IImageGenerator Generator(string model) => new ImageClient(
        model,
        new ApiKeyCredential(studio.Administrator.Key),
        new OpenAIClientOptions
        {
            Endpoint = new Uri(http.BaseAddress!, "v1"),
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        }).AsIImageGenerator();
}
