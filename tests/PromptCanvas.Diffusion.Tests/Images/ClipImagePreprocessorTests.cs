using PromptCanvas.Diffusion.Images;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Images;

public sealed class ClipImagePreprocessorTests
{
    // Made by a separate transcription of Pillow's 8-bit resampling, written in Python from its C source's formulas.
    private static readonly byte[] Reduced23To6 =
    [
        137, 130, 162, 134, 123, 116, 105, 109, 162, 152, 138, 117, 128, 120, 129, 119, 127, 150, 118, 101, 144, 135, 140, 114,
        149, 143, 123, 112, 134, 166, 122, 132, 136, 146, 120, 106, 111, 104, 130, 147, 142, 103, 133, 138, 126, 122, 123, 123,
        122, 124, 92, 143, 137, 126, 107, 108, 88, 115, 152, 98, 116, 95, 182, 134, 115, 148, 138, 111, 134, 142, 138, 184,
        131, 115, 141, 133, 135, 131, 115, 113, 92, 148, 101, 123, 134, 134, 115, 126, 129, 179, 152, 144, 141, 128, 80, 161,
        49, 143, 125, 93, 173, 132, 191, 125, 150, 130, 137, 130,
    ];

    private static readonly byte[] Enlarged5To8 =
    [
        172, 241, 60, 210, 169, 65, 236, 77, 89, 121, 93, 167, 92, 140, 149, 159, 186, 44, 170, 97, 94, 169, 23, 147,
        118, 183, 40, 157, 143, 100, 195, 91, 180, 132, 81, 180, 82, 120, 148, 66, 186, 99, 122, 135, 86, 166, 85, 86,
        10, 62, 119, 44, 115, 176, 105, 163, 232, 173, 47, 126, 137, 18, 117, 12, 94, 204, 49, 168, 123, 96, 211, 52,
        62, 128, 209, 118, 95, 171, 181, 59, 131, 108, 98, 180, 77, 81, 188, 105, 14, 152, 167, 94, 176, 208, 163, 196,
        145, 209, 175, 159, 132, 147, 164, 37, 125, 97, 90, 198, 75, 94, 177, 109, 40, 75, 184, 61, 178, 233, 83, 255,
        210, 255, 39, 138, 210, 119, 56, 121, 212, 142, 31, 158, 132, 47, 81, 25, 148, 20, 86, 85, 134, 147, 22, 228,
        90, 138, 90, 108, 180, 108, 125, 217, 116, 90, 137, 47, 86, 84, 47, 112, 79, 123, 78, 116, 161, 49, 144, 177,
        32, 90, 175, 82, 151, 140, 135, 220, 83, 70, 160, 28, 71, 99, 67, 140, 70, 185, 94, 150, 163, 50, 215, 127,
    ];

    [Fact]
    public void Process_WidePictureReduced_IsPillowsResizeCroppedInTheMiddle() => AssertPixels(23, 14, 6, Reduced23To6);

    [Fact]
    public void Process_TallPictureEnlarged_IsPillowsResizeCroppedInTheMiddle() => AssertPixels(5, 9, 8, Enlarged5To8);

    [Fact]
    public void Process_RightSizeAlready_OnlyNormalises() => AssertPixels(6, 6, 6, Picture(6, 6));

    [Fact]
    public void Process_KnownColours_AreNormalisedPerChannel()
    {
        var result = new ClipImagePreprocessor(new ClipImageSettings { Size = 1 }).Process(1, 1, [255, 0, 51]);

        Assert.Equal((1 - 0.48145466) / 0.26862954, result[0], 1e-6);
        Assert.Equal(-0.4578275 / 0.26130258, result[1], 1e-6);
        Assert.Equal((0.2 - 0.40821073) / 0.27577711, result[2], 1e-6);
    }

    [Theory]
    [InlineData(1000, 2)]
    [InlineData(2, 1000)]
    public void Process_LongStrip_ShowsItsMiddleInLittleMemory(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            // The middle 100 pixels along the strip are white.
            var along = width > height ? pixel % width : pixel / width;
            pixels.AsSpan(3 * pixel, 3).Fill(Math.Abs(along - 500) < 50 ? (byte)255 : (byte)0);
        }

        var settings = new ClipImageSettings { Size = 224, Mean = [0, 0, 0], StandardDeviation = [1, 1, 1] };
        var before = GC.GetAllocatedBytesForCurrentThread();

        var result = new ClipImagePreprocessor(settings).Process(width, height, pixels);

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.All(result, value => Assert.Equal(1, value));
        Assert.InRange(allocated, 0, 20_000_000);
    }

    [Fact]
    public void Process_WrongNumberOfBytes_Throws()
    {
        Assert.Throws<ArgumentException>(() => new ClipImagePreprocessor(new ClipImageSettings()).Process(2, 2, new byte[11]));
        Assert.Throws<ArgumentException>(() => new ClipImagePreprocessor(new ClipImageSettings { StandardDeviation = [1, 0, 1] }));
    }

    private static void AssertPixels(int width, int height, int size, byte[] expected)
    {
        var settings = new ClipImageSettings { Size = size, Mean = [0, 0, 0], StandardDeviation = [1, 1, 1] };

        var result = new ClipImagePreprocessor(settings).Process(width, height, Picture(width, height));

        var planar = new float[expected.Length];
        for (var index = 0; index < expected.Length; index++)
        {
            planar[(index % 3 * size * size) + (index / 3)] = expected[index] / 255f;
        }

        Approximately.Equal(planar, result, 1e-6);
    }

    /// <summary>A busy picture that needs no file.</summary>
    private static byte[] Picture(int width, int height)
    {
        var rgb = new byte[width * height * 3];
        for (var index = 0; index < rgb.Length; index++)
        {
            var (x, y, channel) = (index / 3 % width, index / 3 / width, index % 3);
            rgb[index] = (byte)((x * 37) + (y * 91) + (channel * 53) + (x * y * (channel + 3) % 97 * 5));
        }

        return rgb;
    }
}
