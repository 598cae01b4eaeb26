using NetVips;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging;

/// <summary>The one door to libvips, whose settings belong to the process: whoever comes through it finds them made.</summary>
internal static class Vips
{
    private static readonly Lazy<bool> Restricted = new(Restrict);

    /// <summary>libvips reads JPEG, PNG and WebP, and no other format, from here on.</summary>
    public static void Prepare() => _ = Restricted.Value;

    public static Image From(RgbImage image)
    {
        Prepare();
        using var raw = Image.NewFromMemory(image.Bytes, image.Width, image.Height, RgbImage.Channels, Enums.BandFormat.Uchar);
        return raw.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    public static RgbImage ToRgb(Image image) => new(image.Width, image.Height, image.WriteToMemory<byte>());

    private static bool Restrict()
    {
        // An allow-list: BlockUntrusted alone leaves GIF, TIFF and AVIF open.
        Operation.Block("VipsForeignLoad", true);
        Operation.Block("VipsForeignLoadJpeg", false);
        Operation.Block("VipsForeignLoadPng", false);
        Operation.Block("VipsForeignLoadWebp", false);
        Cache.Max = 0;

        // What is wrong with a file is in the exception; libvips would also write it to everybody's standard error.
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, (_, _, _) => { });

        // Pictures are encoded beside the engine, whose threads own the cores.
        NetVips.NetVips.Concurrency = 1;
        return true;
    }
}
