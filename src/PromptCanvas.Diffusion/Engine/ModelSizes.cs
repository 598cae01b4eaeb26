using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>The sides of a model's pictures: those it can be asked for, and those it makes for them.</summary>
internal static class ModelSizes
{
    /// <summary>The sides a model can be asked for: the standard ones, and its own.</summary>
    public static int[] Offered(UnClipModel model) => [.. RequestRules.StandardSizes.Union(model.Recipe.Sizes).Order()];

    /// <summary>The side of the picture a model makes when asked for a size: the next size it has at or above it, else its largest.</summary>
    public static int MadeFor(UnClipModel model, int size)
    {
        if (model.Latents is { } latents)
        {
            return LatentSizes.Made(model.Recipe, latents, size);
        }

        var largest = 0;
        foreach (var candidate in Made(model))
        {
            if (candidate >= size)
            {
                return candidate;
            }

            largest = candidate;
        }

        return largest;
    }

    /// <summary>The offered size that is made nearest to a frame's side: detail that is then thrown away costs time, and detail that is missing shows.</summary>
    public static int WorkingFor(UnClipModel model, int side)
    {
        if (model.Latents is not null)
        {
            return MadeFor(model, side);
        }

        var offered = Offered(model);
        var best = offered[0];
        foreach (var size in offered)
        {
            var closer = Math.Abs(Math.Log((double)MadeFor(model, size) / side)) - Math.Abs(Math.Log((double)MadeFor(model, best) / side));
            if (closer < 0 || (closer == 0 && MadeFor(model, size) > MadeFor(model, best)))
            {
                best = size;
            }
        }

        return best;
    }

    /// <summary>The side of the decoder's picture where larger ones are made from it and it can be asked for; null = there is none.</summary>
    public static int? DraftOf(UnClipModel model) =>
        model.Latents is null && model.SuperResolution.Count > 0 && Offered(model).Contains(model.Decoder.ImageSize) ? model.Decoder.ImageSize : null;

    private static IEnumerable<int> Made(UnClipModel model)
    {
        yield return model.Decoder.ImageSize;
        foreach (var stage in model.SuperResolution)
        {
            yield return stage.OutputSize;
        }
    }
}
