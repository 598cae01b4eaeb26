using System.Collections.Concurrent;

namespace PromptCanvas.Diffusion.Images;

/// <summary>A square picture with a known part; the rest will be painted. Immutable.</summary>
/// <remarks>The pixels in the hole are discarded on construction: they never reach a network.</remarks>
public sealed class KnownRegion
{
    private readonly ConcurrentDictionary<int, HoleBlender> blenders = new();
    private readonly bool[] keep;

    /// <summary>Creates the region.</summary>
    /// <param name="picture">Square, signed range; not kept.</param>
    /// <param name="keep">One value a pixel, row by row: true = known, false = to be painted.</param>
    /// <exception cref="ArgumentException">The picture is not square, the mask does not fit it, or there is no hole.</exception>
    public KnownRegion(SignedImage picture, ReadOnlySpan<bool> keep)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (picture.Width != picture.Height)
        {
            throw new ArgumentException($"A known region is square, not {picture.Width} × {picture.Height}.", nameof(picture));
        }

        if (!keep.Contains(false))
        {
            throw new ArgumentException("Everything is known: there is nothing to paint.", nameof(keep));
        }

        Picture = HoleFiller.Fill(picture, keep);
        this.keep = keep.ToArray();
    }

    /// <summary>The side in pixels.</summary>
    public int Side => Picture.Width;

    /// <summary>The known pixels, and in the hole the smooth surface its rim spans.</summary>
    public SignedImage Picture { get; }

    /// <summary>Whether nothing at all is known.</summary>
    public bool IsEmpty => !keep.AsSpan().Contains(true);

    /// <summary>The known picture and hole at a network's resolution.</summary>
    /// <param name="side">In pixels.</param>
    /// <param name="growHole">Whether the hole grows by a cell, so that the network paints its rim as well.</param>
    internal (SignedImage Picture, bool[] Keep) At(int side, bool growHole)
    {
        var cells = side == Side ? keep : KeepMasks.Resize(keep, Side, side);
        return (ResizePicture(side), growHole ? KeepMasks.GrowHole(cells, side) : cells);
    }

    /// <summary>The blender that pastes painted pictures of a given side into the hole; created once per side.</summary>
    /// <param name="side">In pixels.</param>
    internal HoleBlender BlenderAt(int side) => blenders.GetOrAdd(side, _ =>
    {
        var (picture, cells) = At(side, growHole: false);
        return new HoleBlender(picture, cells);
    });

    private SignedImage ResizePicture(int side)
    {
        if (side == Side)
        {
            return Picture;
        }

        var values = new float[SignedImage.Channels * side * side];
        new BicubicResampler(Side, Side, side, side).Resample(Picture.Values, values);
        return new SignedImage(side, side, values);
    }
}
