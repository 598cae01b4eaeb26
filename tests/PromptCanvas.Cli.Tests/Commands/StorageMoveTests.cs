using PromptCanvas.Cli.Maintenance;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Cli.Tests.Commands;

public sealed class StorageMoveTests : IDisposable
{
    private const string Bucket = "pictures";
    private readonly TemporaryFolder temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private FolderObjects From => new(Path.Combine(temporary.Path, "from"));

    private FolderObjects To => new(Path.Combine(temporary.Path, "to"));

    [Fact]
    public async Task Move_CopiesContentAndCheckpoints_AndNoHalfWrittenFiles()
    {
        var picture = await AddAsync([1, 2, 3]);
        await From.WriteAsync("stages/5a/0.stage", new byte[] { 7 }, Cancellation);
        await From.WriteAsync("images/tmp/8c1f.tmp", new byte[] { 8 }, Cancellation);

        Assert.Empty(await new StorageMove(From, To, _ => Task.CompletedTask).RunAsync(Cancellation));

        Assert.Equal([picture, "stages/5a/0.stage"], await NamesAsync());
    }

    [Fact]
    public async Task Move_Again_CopiesOnlyWhatIsNew()
    {
        await AddAsync([1, 2, 3]);
        await new StorageMove(From, To, _ => Task.CompletedTask).RunAsync(Cancellation);
        await AddAsync([4, 5, 6]);
        var lines = new List<string>();

        await new StorageMove(From, To, line => Added(lines, line)).RunAsync(Cancellation);

        Assert.Equal(["2 files looked at, 1 copied (0.0 MB)."], lines);
    }

    [Fact]
    public async Task Move_DamagedPicture_IsNamedAndTheOthersAreCopied()
    {
        var damaged = await AddAsync([1, 2, 3]);
        var whole = await AddAsync([4, 5, 6]);
        await From.WriteAsync(damaged, new byte[] { 9 }, Cancellation);

        Assert.Equal([damaged], await new StorageMove(From, To, _ => Task.CompletedTask).RunAsync(Cancellation));

        Assert.Equal([whole], await NamesAsync());
    }

    [Fact]
    public async Task StorageMove_ToABucketAndBack_BringsEveryByteAndTheDoctorAgrees()
    {
        await using var server = await S3Server.StartAsync();
        await server.CreateAsync(Bucket);
        await using var studio = await new StudioData().PrepareAsync();
        var settings = new Dictionary<string, string>
        {
            ["Storage__S3__Endpoint"] = server.Address,
            ["Storage__S3__Bucket"] = Bucket,
            ["Storage__S3__AccessKey"] = S3Server.Key,
            ["Storage__S3__SecretKey"] = S3Server.Secret,
        };
        var there = await CommandLine.RunInAsync(studio.Place, settings, "storage", "move", "--to", "s3", "--data", studio.Folder.Root);
        Assert.Equal((0, ""), (there.ExitCode, there.Error));
        Directory.Delete(studio.Folder.Images, recursive: true);

        settings["Storage__Provider"] = "S3";
        var doctor = await CommandLine.RunInAsync(studio.Place, settings, "doctor", "--full", "--data", studio.Folder.Root);
        Assert.Contains("ok     pictures: 1 pictures with their unchanged files", doctor.Output, StringComparison.Ordinal);

        var back = await CommandLine.RunInAsync(studio.Place, settings, "storage", "move", "--to", "files", "--data", studio.Folder.Root);
        Assert.Equal((0, ""), (back.ExitCode, back.Error));
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(studio.Folder.PictureFile(StudioData.Hash([1, 2, 3])), Cancellation));
    }

    [Fact]
    public async Task StorageMove_WithoutABucket_IsRefusedInOneLine()
    {
        await using var studio = await new StudioData().PrepareAsync();

        var refused = await CommandLine.RunInAsync(studio.Place, "storage", "move", "--to", "s3", "--data", studio.Folder.Root);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("Setting Storage:S3:Bucket is empty; give the bucket for the studio's pictures.", refused.OneLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Storage__S3__Prefix", "studio", "Setting Storage:S3: Prefix takes letters")]
    [InlineData("Storage__Provider", "Nowhere", "Setting Storage:Provider takes Files or S3, not \"Nowhere\".")]
    [InlineData("Database__Provider", "Nowhere", "Setting Database:Provider takes Sqlite or PostgreSql, not \"Nowhere\".")]
    public async Task Commands_WithASettingThatTheStudioRefuses_RefuseItInOneLine(string name, string value, string sentence)
    {
        await using var studio = await new StudioData().PrepareAsync();
        var command = name.StartsWith("Storage__S3", StringComparison.Ordinal) ? (string[])["storage", "move", "--to", "s3"] : ["doctor"];

        var refused = await CommandLine.RunInAsync(studio.Place, new Dictionary<string, string> { [name] = value }, [.. command, "--data", studio.Folder.Root]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(sentence, refused.OneLine, StringComparison.Ordinal);
    }

    public void Dispose() => temporary.Dispose();

    private static Task Added(List<string> lines, string line)
    {
        lines.Add(line);
        return Task.CompletedTask;
    }

    private async Task<string> AddAsync(byte[] content)
    {
        var name = ObjectNames.Of(BlobKind.Picture, StudioData.Hash(content));
        await From.WriteAsync(name, content, Cancellation);
        return name;
    }

    private async Task<List<string>> NamesAsync() => await To.ListAsync("", Cancellation).Select(stored => stored.Name).ToListAsync(Cancellation);
}
