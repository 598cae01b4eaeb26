using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Tests.Storage;

public sealed class PictureFormsTests : IDisposable
{
    private const int Megabyte = 1024 * 1024;

    private readonly TemporaryFolder root = new();
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly DataFolder folder;
    private readonly PictureForms forms;
    private int made;

    public PictureFormsTests()
    {
        folder = new DataFolder(root.Path, root.Path);
        forms = new PictureForms(folder, Options.Create(new DataOptions { FormsMegabytes = 2 }), clock, NullLogger<PictureForms>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        forms.Dispose();
        root.Dispose();
    }

    [Fact]
    public async Task Open_ByManyAtOnce_MakesTheFormOnceAndStreamsItFromDisk()
    {
        var streams = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OpenAsync('a', [1, 2, 3])));

        Assert.Equal(1, made);
        Assert.All(streams, stream => Assert.IsType<FileStream>(stream));
        foreach (var stream in streams)
        {
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task Open_OverTheLimit_RemovesTheLeastRecentlyUsed()
    {
        foreach (var letter in "abac")
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await using var stream = await OpenAsync(letter, new byte[Megabyte]);
        }

        Assert.Equal([NameOf('a'), NameOf('c')], Directory.EnumerateFiles(folder.Forms).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Sweep_OfAPictureThatIsGone_RemovesItsForms()
    {
        foreach (var letter in "ab")
        {
            await using var stream = await OpenAsync(letter, [1]);
        }

        // An interrupted write; and no picture has a local file, as with a bucket.
        await File.WriteAllBytesAsync(Path.Combine(folder.Forms, "half.tmp"), [1], Cancellation);

        await forms.SweepAsync(1, hashes => Task.FromResult(hashes.Where(hash => hash != new string('a', 64))));

        Assert.Equal([NameOf('a')], Directory.EnumerateFiles(folder.Forms).Select(Path.GetFileName));
    }

    private static string NameOf(char letter) => $"{new string(letter, 64)}-plain.png";

    private Task<Stream> OpenAsync(char letter, byte[] bytes) => forms.OpenAsync(
        new string(letter, 64),
        "plain.png",
        _ =>
        {
            Interlocked.Increment(ref made);
            return Task.FromResult(bytes);
        },
        Cancellation);
}
