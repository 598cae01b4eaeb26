using System.Text.Json;

using PromptCanvas.Data.People;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Journeys;

/// <summary>Every kind of job over HTTP, with the shipped model.</summary>
public sealed class JobKindsOnTheStarterTests : IDisposable
{
    private const int Width = 96;
    private const int Height = 72;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly string dataFolder = Directory.CreateTempSubdirectory("promptcanvas-kinds-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(dataFolder, recursive: true);

    [Fact]
    public async Task EveryKind_OnTheStarter_MakesPicturesOfItsSize()
    {
        await using var studio = RealStudio.Start(dataFolder);
        using var client = await ClientAsync(studio);
        var (source, mask) = (await client.UploadAsync(TestPictures.Png(Width, Height)), await client.UploadAsync(TestPictures.Mask(Width, Height)));
        var before = PictureDecoder.Decode(TestPictures.Png(Width, Height));

        var edited = await PicturesAsync(client, new { kind = "edit", prompt = "a red cube", source, mask, count = 2, size = 64 });
        var erased = await PicturesAsync(client, new { kind = "erase", source, mask, count = 1, size = 64 });
        var extended = await PicturesAsync(client, new { kind = "extend", source, extend = new { left = 40 }, count = 1, size = 64 });
        var varied = await PicturesAsync(client, new { kind = "vary", source, strength = "subtle", count = 1, size = 64 });
        var blended = await PicturesAsync(client, new { kind = "blend", inputs = new object[] { new { image = source }, new { text = "a blue sphere", weight = 2 } }, count = 1, size = 64 });
        var row = await PicturesAsync(client, new { kind = "textdiff", source, from = "a red cube", to = "a blue cube", frames = 2, size = 64 });

        Assert.All(edited.Concat(erased), picture => AssertKept(before, picture, 0, painted: pixel => TestPictures.IsPainted(Width, Height, pixel)));
        Assert.NotEqual(edited[0].Bytes.ToArray(), edited[1].Bytes.ToArray());
        Assert.Equal((Width + 40, Height), (extended[0].Width, extended[0].Height));
        AssertKept(before, extended[0], 40, painted: _ => false);
        Assert.All(varied.Concat(blended).Concat(row), picture => Assert.Equal((64, 64), (picture.Width, picture.Height)));
        Assert.Equal([2, 1, 1, 1, 1, 2], [edited.Count, erased.Count, extended.Count, varied.Count, blended.Count, row.Count]);
    }

    [Fact]
    public async Task Restart_BetweenTwoStages_GivesTheSamePictureBitForBit()
    {
        var body = new { kind = "generate", prompt = "a red cube on top of a blue cube", count = 2, size = 1024, seed = 11u };
        string stage;
        Guid interrupted;
        await using (var studio = RealStudio.Start(dataFolder))
        {
            using var client = await ClientAsync(studio);
            using var response = await client.PostJobAsync(body);
            interrupted = (await response.ReadJsonAsync()).GetProperty("id").GetGuid();
            stage = Path.Combine(dataFolder, "stages", $"{interrupted:N}", "1.stage");
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(Patience);
            while (!File.Exists(stage))
            {
                await Task.Delay(5, patience.Token);
            }
        }

        Assert.True(File.Exists(stage), "The job ended before the studio stopped.");
        await using var again = RealStudio.Start(dataFolder);
        using var later = await ClientAsync(again);
        var resumed = await EndAsync(later, interrupted);
        var whole = await EndAsync(later, await StartAsync(later, body));

        Assert.Equal(12u, resumed.GetProperty("images")[1].GetProperty("seed").GetUInt32());
        foreach (var index in new[] { 0, 1 })
        {
            Assert.Equal(
                (await PictureAsync(later, whole.GetProperty("images")[index])).Bytes.ToArray(),
                (await PictureAsync(later, resumed.GetProperty("images")[index])).Bytes.ToArray());
        }
    }

    private static async Task<HttpClient> ClientAsync(RealStudio studio)
    {
        var somebody = await studio.Services.PersonAsync(Studio.AdministratorEmail, PersonRoles.Administrator);
        var client = new HttpClient { BaseAddress = studio.Address };
        somebody.Dress(client);
        return client;
    }

    private static async Task<Guid> StartAsync(HttpClient client, object body)
    {
        using var response = await client.PostJobAsync(body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        return (await response.ReadJsonAsync()).GetProperty("id").GetGuid();
    }

    private static async Task<List<RgbImage>> PicturesAsync(HttpClient client, object body)
    {
        var job = await EndAsync(client, await StartAsync(client, body));
        var pictures = new List<RgbImage>();
        foreach (var image in job.GetProperty("images").EnumerateArray())
        {
            pictures.Add(await PictureAsync(client, image));
        }

        return pictures;
    }

    private static async Task<JsonElement> EndAsync(HttpClient client, Guid jobId)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (await client.JobAsync(jobId) is var job)
        {
            if (job.GetProperty("state").GetString() is not ("queued" or "running"))
            {
                Assert.Equal("done", job.GetProperty("state").GetString());
                return job;
            }

            await Task.Delay(100, patience.Token);
        }

        throw new InvalidOperationException("There is no job.");
    }

    private static async Task<RgbImage> PictureAsync(HttpClient client, JsonElement image) =>
        PictureDecoder.Decode(await client.GetByteArrayAsync(image.GetProperty("contentUrl").GetString(), Cancellation));

    private static void AssertKept(RgbImage before, RgbImage after, int left, Func<int, bool> painted)
    {
        for (var pixel = 0; pixel < Width * Height; pixel++)
        {
            var at = ((pixel / Width * after.Width) + (pixel % Width) + left) * RgbImage.Channels;
            Assert.True(
                painted(pixel) || before.Bytes.Span.Slice(pixel * RgbImage.Channels, RgbImage.Channels).SequenceEqual(after.Bytes.Span.Slice(at, RgbImage.Channels)),
                $"Pixel {pixel} changed.");
        }
    }
}
