using System.Numerics.Tensors;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Engine.Lanes;

/// <summary>The layout of a square picture in a network: plain or pixel-unshuffled.</summary>
/// <param name="imageSize">Side in pixels.</param>
/// <param name="pixelUnshuffle">p; 1 = as it is.</param>
internal sealed class PictureLayout(int imageSize, int pixelUnshuffle)
{
    /// <summary>Side of the grid the network works on.</summary>
    public int Grid => imageSize / pixelUnshuffle;

    /// <summary>Values of one picture.</summary>
    public int Length => SignedImage.Channels * imageSize * imageSize;

    /// <summary>Planar pixels → the network's layout.</summary>
    public void ToNetwork(ReadOnlySpan<float> pixels, Span<float> destination)
    {
        if (pixelUnshuffle == 1)
        {
            pixels.CopyTo(destination);
        }
        else
        {
            PixelShuffling.Unshuffle(pixels, imageSize, imageSize, pixelUnshuffle, destination);
        }
    }

    /// <summary>The network's layout → a picture of its own.</summary>
    public SignedImage ToPicture(ReadOnlySpan<float> values)
    {
        var pixels = GC.AllocateUninitializedArray<float>(Length);
        if (pixelUnshuffle == 1)
        {
            values.CopyTo(pixels);
        }
        else
        {
            PixelShuffling.Shuffle(values, imageSize, imageSize, pixelUnshuffle, pixels);
        }

        return new SignedImage(imageSize, imageSize, pixels);
    }

    /// <summary>Network layout → preview picture: the whole picture, or block means if it is too large to show at every step.</summary>
    public SignedImage ToPreview(ReadOnlySpan<float> values)
    {
        var block = imageSize / StepCompleted.MaximumPreviewSize;
        if (block <= 1 || pixelUnshuffle % block != 0)
        {
            return ToPicture(values);
        }

        // Planes that share a block of pixels are neighbours of one another: their mean is a coarser unshuffle.
        var kept = pixelUnshuffle / block;
        var plane = Grid * Grid;
        var means = new float[SignedImage.Channels * kept * kept * plane];
        for (var folded = 0; folded < SignedImage.Channels * pixelUnshuffle * pixelUnshuffle; folded++)
        {
            var channel = folded / (pixelUnshuffle * pixelUnshuffle);
            var dy = folded / pixelUnshuffle % pixelUnshuffle / block;
            var dx = folded % pixelUnshuffle / block;
            var sum = means.AsSpan(((channel * kept * kept) + (dy * kept) + dx) * plane, plane);
            TensorPrimitives.MultiplyAdd(values.Slice(folded * plane, plane), 1f / (block * block), sum, sum);
        }

        return new PictureLayout(imageSize / block, kept).ToPicture(means);
    }

    /// <summary>A finished picture to look at: block means of one that is too large.</summary>
    public static SignedImage Reduced(SignedImage picture)
    {
        var block = (Math.Max(picture.Width, picture.Height) + StepCompleted.MaximumPreviewSize - 1) / StepCompleted.MaximumPreviewSize;
        return block <= 1 ? picture : BlockMeans(picture, block);
    }

    /// <summary>The means of square blocks; incomplete blocks at the right and lower edges are dropped.</summary>
    public static SignedImage BlockMeans(SignedImage picture, int block)
    {
        var (width, height) = (picture.Width / block, picture.Height / block);
        var means = new float[SignedImage.Channels * width * height];
        for (var index = 0; index < means.Length; index++)
        {
            var (channel, y, x) = (index / (width * height), index / width % height * block, index % width * block);
            var sum = 0f;
            for (var row = y; row < y + block; row++)
            {
                sum += TensorPrimitives.Sum(picture.Values.AsSpan((((channel * picture.Height) + row) * picture.Width) + x, block));
            }

            means[index] = sum / (block * block);
        }

        return new SignedImage(width, height, means);
    }

    /// <summary>A picture's noise is drawn in pixel order, independent of the network's layout.</summary>
    public void FillNoise(INoiseSource noise, Span<float> destination, uint seed, GenerationStage stage, int step, Span<float> pixels)
    {
        if (pixelUnshuffle == 1)
        {
            noise.Fill(destination, seed, stage, step);
            return;
        }

        noise.Fill(pixels, seed, stage, step);
        ToNetwork(pixels, destination);
    }
}
