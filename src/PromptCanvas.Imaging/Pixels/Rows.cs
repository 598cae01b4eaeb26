using System.Runtime.InteropServices;
using NetVips;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>Decodes a picture into memory on the calling thread, so that its processor time can be measured and limited.</summary>
internal sealed class Rows : IDisposable
{
    // Small strips keep the intermediate copies out of the large object heap.
    private const int StripBytes = 64 * 1024;

    // Needed to rotate and convert the pixels; other metadata is not used.
    private static readonly string[] Kept = ["icc-profile-data", "orientation"];

    private readonly nint pixels;

    private Rows(Image source, Action<TimeSpan> check)
    {
        var rowBytes = (long)source.Width * source.Bands * SampleBytes(source.Format);
        pixels = Marshal.AllocHGlobal((nint)(rowBytes * source.Height));
        try
        {
            Fetch(source, (int)rowBytes, check);
            using var raw = Image.NewFromMemory(pixels, (ulong)(rowBytes * source.Height), source.Width, source.Height, source.Bands, source.Format);
            using var typed = raw.Copy(interpretation: source.Interpretation);
            Image = typed.Mutate(image =>
            {
                foreach (var name in Kept.Where(name => source.Contains(name)))
                {
                    image.Set(source.GetTypeOf(name), name, source.Get(name));
                }
            });
        }
        catch
        {
            Marshal.FreeHGlobal(pixels);
            throw;
        }
    }

    /// <summary>The decoded picture; valid until disposal.</summary>
    public Image Image { get; }

    /// <param name="check">Called after each strip with the processor time so far; throws to stop.</param>
    public static Rows Read(Image source, Action<TimeSpan> check) => new(source, check);

    public void Dispose()
    {
        Image.Dispose();
        Marshal.FreeHGlobal(pixels);
    }

    private void Fetch(Image source, int rowBytes, Action<TimeSpan> check)
    {
        var strip = Math.Max(1, StripBytes / rowBytes);
        var began = ProcessorTime.OfThisThread();
        using var region = Region.New(source);
        for (var top = 0; top < source.Height; top += strip)
        {
            var rows = region.Fetch(0, top, source.Width, Math.Min(strip, source.Height - top));
            Marshal.Copy(rows, 0, pixels + (nint)((long)top * rowBytes), rows.Length);
            check(ProcessorTime.OfThisThread() - began);
        }
    }

    private static int SampleBytes(Enums.BandFormat format) => format switch
    {
        Enums.BandFormat.Uchar or Enums.BandFormat.Char => 1,
        Enums.BandFormat.Ushort or Enums.BandFormat.Short => 2,
        _ => throw new PictureFormatException("The file's sample format is not supported."),
    };
}
