using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary>Data sets of the tiny model at 64 pixels, made by the real program.</summary>
public sealed class DatasetCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Dataset_InEveryFormat_LabelsEachPictureAlike()
    {
        var set = folder.File("set");
        var outcome = await MakeAsync(set, "-n", "10", "--split", "train=0.8,test=0.2", "--format", "webdataset", "--format", "coco");

        Assert.Equal(0, outcome.ExitCode);
        var train = Lines(set, "train");
        var test = Lines(set, "test");
        Assert.Equal((8, 2), (train.Count, test.Count));
        Assert.Empty(train.Select(File).Intersect(test.Select(File)));
        foreach (var (split, line) in train.Select(line => ("train", line)).Concat(test.Select(line => ("test", line))))
        {
            Assert.True(System.IO.File.Exists(Path.Combine(set, split, File(line))));
            Assert.Equal($"a {line.GetProperty("colour").GetString()} {line.GetProperty("thing").GetString()}", line.GetProperty("text").GetString());
        }

        // The tar program and COCO's own structure, not our writers, say what is in the other two.
        var names = (await RunAsync("tar", "-tf", Path.Combine(set, "webdataset", "train-000000.tar"))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(train.SelectMany(line => new[] { ".png", ".txt", ".json" }.Select(end => Path.GetFileNameWithoutExtension(File(line)) + end)), names);
        var first = Path.GetFileNameWithoutExtension(File(train[0]));
        Assert.Equal(train[0].GetProperty("text").GetString(), await RunAsync("tar", "-xOf", Path.Combine(set, "webdataset", "train-000000.tar"), $"{first}.txt"));

        using var labels = JsonDocument.Parse(await System.IO.File.ReadAllBytesAsync(Path.Combine(set, "annotations", "labels_test.json"), Cancellation));
        var categories = labels.RootElement.GetProperty("categories").EnumerateArray().ToDictionary(category => category.GetProperty("id").GetInt32());
        foreach (var image in labels.RootElement.GetProperty("images").EnumerateArray())
        {
            var own = labels.RootElement.GetProperty("annotations").EnumerateArray()
                .Where(annotation => annotation.GetProperty("image_id").GetInt32() == image.GetProperty("id").GetInt32())
                .Select(annotation => categories[annotation.GetProperty("category_id").GetInt32()])
                .ToDictionary(category => category.GetProperty("supercategory").GetString()!, category => category.GetProperty("name").GetString());
            var line = test.Single(line => $"test/{File(line)}" == image.GetProperty("file_name").GetString());
            Assert.Equal((line.GetProperty("colour").GetString(), line.GetProperty("thing").GetString()), (own["colour"], own["thing"]));
        }
    }

    [Fact]
    public async Task Dataset_WithABase_WritesMasksAndBoxes()
    {
        var set = folder.File("set");
        var outcome = await MakeAsync(set, "-n", "2", "--base", "a {colour} cube", "--box", "0.25,0.5,0.5,0.25", "--format", "webdataset", "--format", "coco");

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.ExitCode == 0 ? "" : outcome.Error));
        foreach (var line in Lines(set, "train"))
        {
            Assert.Equal($"a {line.GetProperty("colour").GetString()} cube", line.GetProperty("base_text").GetString());
            Assert.Equal("[16,32,32,16]", line.GetProperty("bbox").GetRawText());
            var picture = PictureDecoder.Decode(await System.IO.File.ReadAllBytesAsync(Path.Combine(set, "train", File(line)), Cancellation));
            var mask = PictureDecoder.Decode(await System.IO.File.ReadAllBytesAsync(Path.Combine(set, "train", line.GetProperty("mask_file_name").GetString()!), Cancellation));
            Assert.Equal((64, 64, 64, 64), (picture.Width, picture.Height, mask.Width, mask.Height));
            Assert.Equal(3 * 32 * 16, mask.Bytes.ToArray().Count(level => level == byte.MaxValue));

            // The base of the same seed, as the program draws it alone.
            var seed = line.GetProperty("seed").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture);
            var alone = folder.File($"base-{seed}");
            Assert.Equal(0, (await CommandLine.RunInAsync(folder.Path, "generate", line.GetProperty("base_text").GetString()!, "-n", "1", "--size", "64", "--seed", seed, "--model", CommandLine.StarterTiny, "--out", alone)).ExitCode);
            var drawn = PictureDecoder.Decode(await System.IO.File.ReadAllBytesAsync(Directory.GetFiles(alone, "*.png").Single(), Cancellation));
            var same = Enumerable.Range(0, 64 * 64).Where(pixel => drawn.Bytes.Span.Slice(3 * pixel, 3).SequenceEqual(picture.Bytes.Span.Slice(3 * pixel, 3))).ToHashSet();
            var kept = PictureDecoder.Decode(await System.IO.File.ReadAllBytesAsync(Path.Combine(set, "train", line.GetProperty("base_file_name").GetString()!), Cancellation));
            Assert.Equal(drawn.Bytes.ToArray(), kept.Bytes.ToArray());
            Assert.All(Enumerable.Range(0, 64 * 64).Where(pixel => mask.Bytes.Span[3 * pixel] == 0), pixel => Assert.Contains(pixel, same));
            Assert.True(same.Count < 64 * 64, "Nothing was painted.");
        }

        var names = (await RunAsync("tar", "-tf", Path.Combine(set, "webdataset", "train-000000.tar"))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(new[] { "000000", "000001" }.SelectMany(key => new[] { ".png", ".base.png", ".mask.png", ".txt", ".json" }.Select(end => key + end)), names);
        using var labels = JsonDocument.Parse(await System.IO.File.ReadAllBytesAsync(Path.Combine(set, "annotations", "labels_train.json"), Cancellation));
        Assert.All(labels.RootElement.GetProperty("images").EnumerateArray(), image => Assert.True(System.IO.File.Exists(Path.Combine(set, image.GetProperty("base_file_name").GetString()!))));
        Assert.Contains("Masks: in `masks`", await System.IO.File.ReadAllTextAsync(Path.Combine(set, "README.md"), Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--base", "a cube")]
    public async Task Dataset_KilledInTheMiddle_GoesOnToTheSameDataSet(params string[] masks)
    {
        string[] options = ["-n", "24", "--min-distance", "0.0001", "--format", "webdataset", .. masks];
        var whole = folder.File("whole");
        Assert.Equal(0, (await MakeAsync(whole, options)).ExitCode);

        var cut = folder.File("cut");
        using (var process = Process.Start(CommandLine.StartOf(folder.Path, new Dictionary<string, string>(), Arguments(cut, options)))!)
        {
            var journal = Path.Combine(cut, ".promptcanvas", "journal.jsonl");
            while (!process.HasExited && !System.IO.File.Exists(journal))
            {
                await Task.Delay(10, Cancellation);
            }

            process.Kill();
            await process.WaitForExitAsync(Cancellation);
        }

        Assert.False(System.IO.File.Exists(Path.Combine(cut, "README.md")));
        var again = await MakeAsync(cut, options);

        Assert.Equal(0, again.ExitCode);
        Assert.Contains("; 8 are there", again.Error, StringComparison.Ordinal);
        Assert.Equal(Contents(whole), Contents(cut));
    }

    [Fact]
    public async Task Dataset_PicturesTooNearToEachOther_AreDrawnAgainThenLeftOut()
    {
        var set = folder.File("set");
        var outcome = await MakeAsync(set, "-n", "3", "--min-distance", "2", "--redraws", "1");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Single(Lines(set, "train"));
        Assert.Contains("2 were left out", outcome.Error, StringComparison.Ordinal);
        var card = await System.IO.File.ReadAllTextAsync(Path.Combine(set, "README.md"), Cancellation);
        Assert.Contains("it is nearer than 2 to another picture", card, StringComparison.Ordinal);
        Assert.Contains("2 were left out because none of 2 draws passed", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dataset_NothingLikeItsPrompt_IsAFaultThatSaysSo()
    {
        var outcome = await MakeAsync(folder.File("set"), "-n", "2", "--min-similarity", "1", "--redraws", "0");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("2 were left out", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dataset_FolderOfAnotherRequest_IsLeftAlone()
    {
        var set = folder.File("set");
        Assert.Equal(0, (await MakeAsync(set, "-n", "1")).ExitCode);
        var before = Contents(set);

        var other = await MakeAsync(set, "-n", "2");

        Assert.Equal(2, other.ExitCode);
        Assert.Contains("holds a data set of another request", other.OneLine, StringComparison.Ordinal);
        Assert.Equal(before, Contents(set));
    }

    [Theory]
    [InlineData("slot {size} has no values", "a {size} {thing}", "--slot", "thing=cube")]
    [InlineData("slot colour is not in the template", "a {thing}", "--slot", "thing=cube", "--slot", "colour=red")]
    [InlineData("is given twice", "a {thing}", "--slot", "thing=cube", "--slot", "thing=ball")]
    [InlineData("has no values", "a {thing}", "--slot", "thing=")]
    [InlineData("has the value 'cube' twice", "a {thing}", "--slot", "thing=cube,cube")]
    [InlineData("must be a weight above 0", "a {thing}", "--slot", "thing=cube:0")]
    [InlineData("--slot takes NAME=VALUE", "a {thing}", "--slot", "thing")]
    [InlineData("cannot be read", "a {thing}", "--slot", "thing=@nowhere.txt")]
    [InlineData("shares that add up to 1", "a cube", "--split", "train=0.5,test=0.4")]
    [InlineData("split takes NAME=SHARE", "a cube", "--split", "annotations=1")]
    [InlineData("'zip' is not a format", "a cube", "--format", "zip")]
    [InlineData("is out of range", "a cube", "-n", "0")]
    [InlineData("is out of range", "a cube", "--min-distance", "3")]
    [InlineData("The box takes LEAST-MOST", "a {thing}", "--slot", "thing=cube", "--base", "a floor", "--box", "big")]
    [InlineData("A box needs a base", "a {thing}", "--slot", "thing=cube", "--box", "0.3-0.6")]
    [InlineData("The template needs a slot", "a {thing}", "--slot", "thing=cube", "--base", "a {thing} again")]
    [InlineData("cannot be called seed", "a {seed}", "--slot", "seed=1")]
    [InlineData("cannot be called mask", "a {mask}", "--slot", "mask=cat")]
    [InlineData("cannot be called base", "a {base}", "--slot", "base=cat")]
    [InlineData("The prompt is empty", "")]
    public async Task Dataset_BadInput_IsOneLineAndExitCodeTwo(string expected, params string[] arguments)
    {
        var set = folder.File("set");
        var outcome = await CommandLine.RunInAsync(folder.Path, ["dataset", .. arguments, "--model", CommandLine.StarterTiny, "--out", set]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, outcome.OneLine, StringComparison.Ordinal);
        Assert.False(Directory.Exists(set));
    }

    private static string File(JsonElement line) => line.GetProperty("file_name").GetString()!;

    private static List<JsonElement> Lines(string set, string split) =>
        [.. System.IO.File.ReadLines(Path.Combine(set, split, "metadata.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    private static string[] Arguments(string set, string[] options) =>
    [
        "dataset", "a {colour} {thing}", "--slot", "colour=red:3,blue", "--slot", "thing=cube,ball,cone", "--seed", "5", "--size", "64",
        "--model", CommandLine.StarterTiny, "--out", set, .. options,
    ];

    private static SortedDictionary<string, string> Contents(string set) => new(
        Directory.EnumerateFiles(set, "*", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetRelativePath(set, file), file => Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(file)))),
        StringComparer.Ordinal);

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private Task<Outcome> MakeAsync(string set, params string[] options) => CommandLine.RunInAsync(folder.Path, Arguments(set, options));
}
