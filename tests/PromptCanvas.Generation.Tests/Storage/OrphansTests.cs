using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Storage;

public sealed class OrphansTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Studio studio;

    public OrphansTests() => studio = new Studio(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SweepAsync_OldFiles_RemovesOnlyThoseWithoutAPicture()
    {
        await studio.StartAsync();
        await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox()), JobState.Done);
        await studio.StopAsync();
        await WriteAsync(1);
        studio.Clock.Advance(TimeSpan.FromHours(25));
        await WriteAsync(2);
        Assert.Equal(6, Files());

        Assert.Equal(1, await studio.Get<Orphans>().SweepAsync(Cancellation));

        Assert.Equal(5, Files());
    }

    [Fact]
    public async Task SweepAsync_FileWrittenAgain_IsYoungAgain()
    {
        await studio.PrepareAsync();
        await WriteAsync(1);
        studio.Clock.Advance(TimeSpan.FromHours(25));
        await WriteAsync(1);

        Assert.Equal(0, await studio.Get<Orphans>().SweepAsync(Cancellation));

        Assert.Equal(1, Files());
    }

    [Fact]
    public async Task Sweep_StudioThatIsNeverRestarted_HappensEveryDay()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await studio.StartAsync();
        for (byte round = 1; round <= 2; round++)
        {
            await WriteAsync(round);
            while (Files() > 0)
            {
                // The service may not be waiting on its clock yet.
                studio.Clock.Advance(TimeSpan.FromHours(25));
                await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
            }
        }
    }

    [Fact]
    public async Task Prepare_FilesHalfWritten_AreRemoved()
    {
        await studio.PrepareAsync();
        var half = Path.Combine(studio.Folder.Temporary, "half.tmp");
        await File.WriteAllBytesAsync(half, [1, 2], Cancellation);

        await studio.PrepareAsync();

        Assert.False(File.Exists(half));
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private Task<string> WriteAsync(byte content) =>
        studio.Get<IBlobStore>().WriteAsync(BlobKind.Picture, new[] { content }, Cancellation);

    private int Files() => Directory.EnumerateFiles(studio.Folder.Images, "*", SearchOption.AllDirectories).Count();
}
