using System.Buffers.Binary;
using System.Text.Json;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Cli.Tests.Commands;

public sealed class EditCommandsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string, int> Models { get; } = new()
    {
        { "masked input", CommandLine.StarterTiny, 16 },
        { "masked input", CommandLine.StarterTiny, 64 },
        { "masked input", CommandLine.StarterTiny, 256 },
        { "no masked input", CommandLine.UnClipTiny, 64 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Edit_AtEverySize_KeepsEveryPixelOutsideTheMask(string kind, string model, int size)
    {
        Assert.NotEmpty(kind);
        var picture = Save("photo.png", Scenes.Noise(90, 70));
        SaveMask("mask.png", 90, 70, Hole);

        var outcome = await CommandLine.RunAsync(
            "edit", folder.File("photo.png"), "--mask", folder.File("mask.png"), "a red cube",
            "-n", "2", "--seed", "5", "--size", $"{size}", "--decoder-steps", "3", "--model", model, "--out", folder.File("out"), "--json");

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        var lines = Lines(outcome);
        Assert.Equal([5u, 6u], lines.Select(line => line.GetProperty("seed").GetUInt32()).Order());
        Assert.All(lines, line =>
        {
            Assert.Equal((90, 70), (line.GetProperty("width").GetInt32(), line.GetProperty("height").GetInt32()));
            Assert.Equal("edit", line.GetProperty("recipe").GetProperty("kind").GetString());
            AssertSameOutside(picture, PictureDecoder.Decode(File.ReadAllBytes(line.GetProperty("file").GetString()!)), Hole);
        });
    }

    [Fact]
    public async Task Erase_Picture_SaysHowItWasMade()
    {
        Save("photo.png", Scenes.Noise(64, 64));
        SaveMask("mask.png", 64, 64, Hole);

        var outcome = await CommandLine.RunAsync(
            "erase", folder.File("photo.png"), "--mask", folder.File("mask.png"), "-n", "1", "--seed", "5", "--model", CommandLine.StarterTiny, "--out", folder.File("out"));

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        var text = PictureText.Read(await File.ReadAllBytesAsync(folder.File("out/001-5.png"), TestContext.Current.CancellationToken));
        Assert.NotNull(text);
        Assert.Equal("", text.Prompt);
        var recipe = JsonDocument.Parse(text.Recipe).RootElement;
        Assert.Equal("erase", recipe.GetProperty("kind").GetString());
        Assert.Equal("known-picture", recipe.GetProperty("prior").GetString());
    }

    [Theory]
    [InlineData("a wider beach")]
    [InlineData(null)]
    public async Task Extend_WithOrWithoutPrompt_KeepsThePictureInPlace(string? prompt)
    {
        var picture = Save("photo.png", Scenes.Noise(40, 30));
        string[] prompts = prompt is null ? [] : [prompt];

        var outcome = await CommandLine.RunAsync(
        [
            "extend", folder.File("photo.png"), "--left", "50", "--down", "7", .. prompts,
            "-n", "1", "--seed", "5", "--size", "16", "--model", CommandLine.StarterTiny, "--out", folder.File("out"), "--json",
        ]);

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        var line = Assert.Single(Lines(outcome));
        var wide = PictureDecoder.Decode(await File.ReadAllBytesAsync(line.GetProperty("file").GetString()!, TestContext.Current.CancellationToken));
        Assert.Equal((90, 37), (wide.Width, wide.Height));
        Assert.Equal("extend", line.GetProperty("recipe").GetProperty("kind").GetString());
        for (var y = 0; y < 30; y++)
        {
            Assert.True(picture.Bytes.Span.Slice(y * 120, 120).SequenceEqual(wide.Bytes.Span.Slice(((y * 90) + 50) * 3, 120)), $"row {y}");
        }
    }

    [Theory]
    [InlineData("mask has 8 × 8 pixels and the picture 64 × 64", "edit", "photo.png", "--mask", "small.png", "a cube")]
    [InlineData("The mask is empty", "edit", "photo.png", "--mask", "white.png", "a cube")]
    [InlineData("covers the whole picture", "erase", "photo.png", "--mask", "black.png")]
    [InlineData("40000 × 40000", "edit", "huge.png", "--mask", "mask.png", "a cube")]
    [InlineData("not a readable JPEG, PNG, WebP or AVIF", "edit", "cut.png", "--mask", "mask.png", "a cube")]
    [InlineData("not a readable JPEG, PNG, WebP or AVIF", "erase", "photo.png", "--mask", "text.png")]
    [InlineData("This is a GIF file. Save it as JPEG or PNG.", "extend", "animated.gif", "--left", "8")]
    [InlineData("There is no file", "edit", "nowhere.png", "--mask", "mask.png", "a cube")]
    [InlineData("There is no file", "erase", "photo.png", "--mask", "nowhere.png")]
    [InlineData("--mask", "edit", "photo.png", "a cube")]
    [InlineData("The prompt is empty", "edit", "photo.png", "--mask", "mask.png", "")]
    [InlineData("nothing to extend", "extend", "photo.png")]
    [InlineData("aspect ratio is 1:1 already", "extend", "photo.png", "--aspect", "1:1")]
    [InlineData("is not an aspect ratio: give W:H", "extend", "photo.png", "--aspect", "wide")]
    [InlineData("either the pixels or the aspect", "extend", "photo.png", "--aspect", "16:9", "--left", "8")]
    [InlineData("not by -3", "extend", "photo.png", "--left=-3")]
    [InlineData("would grow to 8064 × 8064", "extend", "photo.png", "--left", "8000", "--down", "8000")]
    [InlineData("There is no model 'nope'", "erase", "photo.png", "--mask", "mask.png", "--model", "nope")]
    [InlineData("0 pictures cannot be made", "erase", "photo.png", "--mask", "mask.png", "-n", "0")]
    [InlineData("is not a size", "erase", "photo.png", "--mask", "mask.png", "--size", "77")]
    public async Task BadInput_IsOneLineAndExitCodeTwo(string expected, params string[] arguments)
    {
        Save("photo.png", Scenes.Noise(64, 64));
        SaveMask("mask.png", 64, 64, Hole);
        SaveMask("small.png", 8, 8, Hole);
        SaveMask("white.png", 64, 64, (_, _) => false);
        SaveMask("black.png", 64, 64, (_, _) => true);
        var png = PngEncoder.Encode(Scenes.Noise(64, 64));
        await File.WriteAllBytesAsync(folder.File("cut.png"), png[..(png.Length - 40)], TestContext.Current.CancellationToken);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 40_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 40_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc(png.AsSpan(12, 17)));
        await File.WriteAllBytesAsync(folder.File("huge.png"), png, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.File("text.png"), "no picture", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(
            folder.File("animated.gif"),
            Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH/C05FVFNDQVBFMi4wAwEAAAAh+QQACgAAACwAAAAAAQABAAACAkQBACH5BAAKAAAALAAAAAABAAEAAAICRAEAOw=="),
            TestContext.Current.CancellationToken);
        string[] model = arguments.Contains("--model") ? [] : ["--model", CommandLine.StarterTiny];

        var outcome = await CommandLine.RunInAsync(folder.Path, [.. arguments, .. model, "--out", "out"]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, outcome.OneLine, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
        Assert.False(Directory.Exists(folder.File("out")));
    }

    public void Dispose() => folder.Dispose();

    private static bool Hole(int x, int y) => x is >= 20 and < 37 && y is >= 12 and < 40;

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            }
        }

        return ~crc;
    }

    private static List<JsonElement> Lines(Outcome outcome) =>
        [.. outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static void AssertSameOutside(RgbImage expected, RgbImage actual, Func<int, int, bool> hole)
    {
        for (var pixel = 0; pixel < expected.Width * expected.Height; pixel++)
        {
            if (!hole(pixel % expected.Width, pixel / expected.Width))
            {
                Assert.True(expected.Bytes.Span.Slice(pixel * 3, 3).SequenceEqual(actual.Bytes.Span.Slice(pixel * 3, 3)), $"pixel {pixel}");
            }
        }
    }

    private RgbImage Save(string name, RgbImage picture)
    {
        File.WriteAllBytes(folder.File(name), PngEncoder.Encode(picture));
        return picture;
    }

    private void SaveMask(string name, int width, int height, Func<int, int, bool> hole) => Save(name, Scenes.Draw(width, height, (x, y, _) => hole(x, y) ? 0 : 255));
}
