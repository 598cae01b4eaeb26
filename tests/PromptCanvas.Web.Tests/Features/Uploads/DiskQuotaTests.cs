using System.Net;
using System.Net.Http.Headers;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Uploads;

public sealed class DiskQuotaTests : IAsyncDisposable
{
    private const long Megabyte = 1024 * 1024;
    private readonly Studio studio = new() { Settings = { ["Quotas:DiskMegabytes"] = "2" } };

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Use_OfAPersonsPictures_IsTheLengthOfTheirFiles()
    {
        var person = await studio.PersonAsync("measured@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(person);
        await client.EndOfJobAsync(await client.StartJobAsync(count: 2));
        var use = await studio.Services.GetRequiredService<IDiskQuota>().OfAsync(person.Id, TestContext.Current.CancellationToken);
        var files = new DirectoryInfo(Path.Combine(studio.DataFolder, "images")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

        Assert.Equal(new DiskUse(files, 2 * Megabyte), use);
    }

    [Fact]
    public async Task Full_RefusesJobsAndUploads_BeforeAnyCharge_AndAnswersWhatWasTakenBefore()
    {
        var person = await studio.PersonAsync("full@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(person);
        var body = new { kind = "generate", prompt = "a cube", count = 1, size = 64, seed = 7u };
        using var first = await client.PostJobAsync(body, "the first");
        await client.EndOfJobAsync((await first.ReadJsonAsync()).GetProperty("id").GetGuid());
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        await database.Pictures.Where(image => image.PersonId == person.Id)
            .ExecuteUpdateAsync(change => change.SetProperty(image => image.Bytes, 3 * Megabyte), TestContext.Current.CancellationToken);

        using var refused = await client.PostJobAsync(body, "the second");
        using var again = await client.PostJobAsync(body, "the first");
        using var upload = await client.PostAsync("/api/uploads", Form(), TestContext.Current.CancellationToken);
        using var other = await studio.ClientOf(await studio.PersonAsync("roomy@example.com", PersonRoles.Member)).PostJobAsync(body);

        Assert.Equal(HttpStatusCode.InsufficientStorage, refused.StatusCode);
        Assert.Contains("Your pictures use 3 MB of the 2 MB", (await refused.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(HttpStatusCode.InsufficientStorage, upload.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, other.StatusCode);
        Assert.Equal(CreditUnits.PerCredit, (await database.Quotas.SingleAsync(quota => quota.PersonId == person.Id, TestContext.Current.CancellationToken)).Used);
    }

    private static MultipartFormDataContent Form()
    {
        var content = new ByteArrayContent(TestPictures.Png(8, 8));
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        return new MultipartFormDataContent { { content, "file", "a.png" } };
    }
}
