using System.Buffers.Binary;
using System.IO.Compression;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Generation.Tests.Imaging;

/// <summary>Cost limits of refusing a small malicious file. Runs alone, because it measures the process's memory.</summary>
[CollectionDefinition(nameof(PictureBombTests), DisableParallelization = true)]
[Collection(nameof(PictureBombTests))]
public sealed class PictureBombTests
{
    private const int Side = 40_000;
    private const long Megabyte = 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Decode_WholeFileOfAHugePicture_TakesNoMemoryToSpeakOf()
    {
        var bomb = WhitePng();
        Assert.InRange(bomb.Length, 1, Megabyte);
        PictureDecoder.Decode(PngEncoder.Encode(Pictures.Gradient(8, 8)));
        var before = Peak(reset: true);

        var refusal = Assert.Throws<PictureFormatException>(() => PictureDecoder.Decode(bomb));

        Assert.Contains("40000 × 40000", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(Peak(reset: false) - before, long.MinValue, 50 * Megabyte);
    }

    [Fact]
    public void Open_NotReadInTime_IsStopped()
    {
        var png = PngEncoder.Encode(Pictures.Noise(512, 512, seed: 3));

        var refusal = Assert.Throws<PictureFormatException>(() => PictureDecoder.Open(png, decoded => decoded.Avg(), TimeSpan.Zero));

        Assert.Contains("could not be read within 10 s", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(PictureDecoder.Open(png, decoded => decoded.Avg(), PictureDecoder.Deadline), 1, 254);
    }

    [Fact]
    public async Task Decode_OfMany_TwoAreAtItAtOnce()
    {
        var pictures = new StoredPictures(new NoBlobs());
        using var both = new Barrier(2);
        var (now, most) = (0, 0);

        // Each decode waits at the barrier for a second one; a third concurrent decode would be counted.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => pictures.DecodeAsync(
            Guid.NewGuid(),
            () =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref now));
                Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(60), Cancellation));
                Interlocked.Decrement(ref now);
                return 0;
            },
            Cancellation)));

        Assert.Equal(2, most);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    /// <summary>Peak resident memory of this process in bytes; current memory on systems other than Linux.</summary>
    private static long Peak(bool reset)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Environment.WorkingSet;
        }

        if (reset)
        {
            GC.Collect();

            // proc(5): 5 resets the peak.
            File.WriteAllText("/proc/self/clear_refs", "5");
        }

        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A valid PNG with one bit per pixel, all equal.</summary>
    private static byte[] WhitePng()
    {
        using var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Side);
        header[8] = 1;
        Chunk(png, "IHDR"u8, header);
        using (var packed = new MemoryStream())
        {
            using (var zip = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            {
                var row = new byte[1 + (Side / 8)];
                for (var y = 0; y < Side; y++)
                {
                    zip.Write(row);
                }
            }

            Chunk(png, "IDAT"u8, packed.ToArray());
        }

        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, byte[] content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        byte[] body = [.. type, .. content];
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, PngEncoderTests.ReferenceCrc(body));
        png.Write(number);
    }

    private sealed class NoBlobs : IBlobStore
    {
        public Task<string> WriteAsync(BlobKind kind, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => throw new NotSupportedException();

        public FileStream? Open(BlobKind kind, string hash) => null;

        public void RemoveTemporaryFiles()
        {
        }

        public IEnumerable<string> WrittenBefore(DateTimeOffset limit) => [];

        public void RemoveIfWrittenBefore(string hash, DateTimeOffset limit)
        {
        }
    }
}
