using NetVips;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>The only access to libvips. It applies the process-wide settings before the first use.</summary>
internal static class Vips
{
    private static readonly Lazy<bool> Restricted = new(Restrict);

    /// <summary>Restricts libvips to reading JPEG, PNG, WebP and AVIF, for the whole process.</summary>
    public static void Prepare() => _ = Restricted.Value;

    /// <summary>Opens a file of an allowed format. Only its header is read: pixels are decoded row by row when they are used.</summary>
    /// <exception cref="PictureFormatException">An AVIF that is not decoded, or a relative of it.</exception>
    /// <exception cref="VipsException">Not an allowed format, or damaged.</exception>
    public static Image Open(byte[] encoded, Enums.FailOn failOn)
    {
        Prepare();
        if (AvifFile.Is(encoded))
        {
            AvifFile.Check(encoded);
        }
        else if (ForeignFormats.Describe(encoded) is { } foreign)
        {
            // The loader of AVIF also reads the headers of its relatives.
            throw new PictureFormatException(foreign);
        }

        return Image.NewFromBuffer(encoded, access: Enums.Access.Sequential, failOn: failOn);
    }

    public static Image From(RgbImage image)
    {
        Prepare();
        using var raw = Image.NewFromMemory(image.Bytes, image.Width, image.Height, RgbImage.Channels, Enums.BandFormat.Uchar);
        return raw.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    public static Image From(RgbaImage image)
    {
        Prepare();
        using var raw = Image.NewFromMemory(image.Bytes, image.Width, image.Height, RgbaImage.Channels, Enums.BandFormat.Uchar);
        return raw.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    public static Image FromGrey(int width, int height, byte[] levels)
    {
        Prepare();
        using var raw = Image.NewFromMemory(levels, width, height, 1, Enums.BandFormat.Uchar);
        return raw.Copy(interpretation: Enums.Interpretation.Bw);
    }

    public static RgbImage ToRgb(Image image) => new(image.Width, image.Height, image.WriteToMemory<byte>());

    private static bool Restrict()
    {
        // An allow-list: BlockUntrusted alone leaves GIF and TIFF open.
        Operation.Block("VipsForeignLoad", true);
        Operation.Block("VipsForeignLoadJpeg", false);
        Operation.Block("VipsForeignLoadPng", false);
        Operation.Block("VipsForeignLoadWebp", false);
        Operation.Block("VipsForeignLoadHeif", false);
        Cache.Max = 0;

        // The exception already describes the problem; libvips would also write it to standard error.
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, (_, _, _) => { });

        // Pictures are encoded while the engine runs, and its threads own the cores.
        NetVips.NetVips.Concurrency = 1;
        return true;
    }
}
