using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary>Visible traces of the shipped model where an object was erased or painted.</summary>
public sealed class SeamTests : IDisposable
{
    private const int Side = 128;

    // One level of 255: rounding to bytes on both sides of the border.
    private const double Rounding = 1;

    // Levels: the smallest visible step, by Weber's law a hundredth of the flat background's mean level (145). The soft edge of the painted
    // object may reach the border; rounding alone is one level.
    private const double JustNoticeable = 1.45;

    // Levels: several times the effect of rounding and an empty, faded-in patch.
    private const double Painted = 10;

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Grounds { get; } = new("flat", "gradient", "texture");

    [Theory]
    [MemberData(nameof(Grounds))]
    public async Task Erase_Border_IsNoSteeperThanTheSurroundings(string ground)
    {
        var picture = Scenes.Draw(Side, Side, (x, y, channel) => InMask(x, y, 20) ? channel == 0 ? 220 : 30 : Ground(ground, x, y, channel));
        await File.WriteAllBytesAsync(folder.File("photo.png"), PngEncoder.Encode(picture), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(
            folder.File("mask.png"), PngEncoder.Encode(Scenes.Draw(Side, Side, (x, y, _) => InMask(x, y, 24) ? 0 : 255)), TestContext.Current.CancellationToken);

        var outcome = await CommandLine.RunAsync(
            "erase", folder.File("photo.png"), "--mask", folder.File("mask.png"), "-n", "1", "--seed", "3", "--model", CommandLine.Starter, "--out", folder.Path);

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        var result = PictureDecoder.Decode(await File.ReadAllBytesAsync(folder.File("001-3.png"), TestContext.Current.CancellationToken));
        var (border, outside) = MeanGradients(result);

        // At most as steep as the untouched background: a visible border is steeper.
        Assert.True(border <= (1.1 * outside) + Rounding, $"{border:F2} levels a pixel across the border, {outside:F2} elsewhere");

        // The red object is gone: no pixel differs from the background by more than the range of its texture (±41 levels).
        var range = ground == "texture" ? 82 : 6;
        for (var pixel = 0; pixel < Side * Side; pixel++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                var expected = Ground(ground, pixel % Side, pixel / Side, channel);
                Assert.InRange(result.Bytes.Span[(pixel * 3) + channel], expected - range, expected + range);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Grounds))]
    public async Task Edit_Border_IsNoSteeperThanTheSurroundings(string ground)
    {
        var picture = Scenes.Draw(Side, Side, (x, y, channel) => Ground(ground, x, y, channel));
        await File.WriteAllBytesAsync(folder.File("photo.png"), PngEncoder.Encode(picture), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(
            folder.File("mask.png"), PngEncoder.Encode(Scenes.Draw(Side, Side, (x, y, _) => InMask(x, y, 24) ? 0 : 255)), TestContext.Current.CancellationToken);

        var outcome = await CommandLine.RunAsync(
            "edit", folder.File("photo.png"), "a red sphere", "--mask", folder.File("mask.png"), "-n", "2", "--seed", "3", "--model", CommandLine.Starter, "--out", folder.Path);

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        foreach (var name in new[] { "001-3.png", "002-4.png" })
        {
            var result = PictureDecoder.Decode(await File.ReadAllBytesAsync(folder.File(name), TestContext.Current.CancellationToken));
            var (border, outside) = MeanGradients(result);
            Assert.True(border <= (1.1 * outside) + JustNoticeable, $"{name}: {border:F2} levels a pixel across the border, {outside:F2} elsewhere");
            Assert.True(MeanChange(picture, result) > Painted, $"{name}: {MeanChange(picture, result):F2} levels of change in the hole: nothing was painted");
        }
    }

    public void Dispose() => folder.Dispose();

    private static double Ground(string kind, int x, int y, int channel) => kind switch
    {
        "flat" => 120 + (25 * channel),
        "gradient" => 70 + (x * 0.7) + (y * 0.4 * channel),
        _ => 130 + (18 * Math.Sin((x * 0.45) + channel)) + (15 * Math.Cos(y * 0.6)) + ((((x * 7919) ^ (y * 104729)) & 15) - 8),
    };

    /// <summary>Mean absolute difference of two pictures well inside the mask.</summary>
    private static double MeanChange(RgbImage before, RgbImage after)
    {
        var (sum, count) = (0.0, 0);
        for (var index = 0; index < before.Bytes.Length; index++)
        {
            if (InMask(index / 3 % Side, index / 3 / Side, 16))
            {
                sum += Math.Abs(before.Bytes.Span[index] - after.Bytes.Span[index]);
                count++;
            }
        }

        return sum / count;
    }

    private static bool InMask(int x, int y, int radius) => Math.Pow(x - 60, 2) + Math.Pow(y - 66, 2) < radius * radius;

    /// <summary>Mean absolute steps between neighbours that cross the mask's border, and between those outside the mask.</summary>
    private static (double Border, double Outside) MeanGradients(RgbImage image)
    {
        var (sums, counts) = (new double[2], new int[2]);
        for (var y = 0; y < Side - 1; y++)
        {
            for (var x = 0; x < Side - 1; x++)
            {
                Add(x, y, x + 1, y);
                Add(x, y, x, y + 1);
            }
        }

        return (sums[0] / counts[0], sums[1] / counts[1]);

        void Add(int x, int y, int nextX, int nextY)
        {
            var (here, next) = (InMask(x, y, 24), InMask(nextX, nextY, 24));
            if (here && next)
            {
                return;
            }

            var kind = here == next ? 1 : 0;
            counts[kind] += 3;
            for (var channel = 0; channel < 3; channel++)
            {
                sums[kind] += Math.Abs(image.Bytes.Span[(((y * Side) + x) * 3) + channel] - image.Bytes.Span[(((nextY * Side) + nextX) * 3) + channel]);
            }
        }
    }
}
