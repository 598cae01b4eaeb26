using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The sizes of a CLIP image encoder (<c>CLIPVisionModelWithProjection</c>).</summary>
/// <param name="Tower">The settings common to both towers.</param>
/// <param name="ImageSize">s, side of the picture in pixels.</param>
/// <param name="PatchSize">Side of a patch in pixels.</param>
internal sealed record ImageEncoderConfig(ClipTowerConfig Tower, int ImageSize, int PatchSize)
{
    public static ImageEncoderConfig Read(ComponentConfig config)
    {
        config.Obey(ConfigTable.ImageEncoder);
        var size = config.Whole("image_size", 224, maximum: 4096);
        var patch = config.Whole("patch_size", 32, maximum: 4096);
        return size % patch == 0
            ? new ImageEncoderConfig(ClipTowerConfig.Read(config, 768, 3072, 12), size, patch)
            : throw config.Contradiction($"'image_size' {size} does not divide into patches of {patch}");
    }
}

/// <summary>A CLIP-normalised picture → its embedding, not normalised.</summary>
/// <remarks>Source: Radford et al. (2021).</remarks>
internal static class ImageEncoder
{
    public static NetworkGraph Build(ImageEncoderConfig config)
    {
        var (tower, patch) = (config.Tower, config.PatchSize);
        var width = tower.Width;
        var grid = config.ImageSize / patch;
        var graph = new GraphBuilder();
        var pixels = graph.Input(NetworkNames.PixelValues, Dimension.Batch, 3, config.ImageSize, config.ImageSize);

        var classToken = graph.WeightAs("vision_model.embeddings.class_embedding", [width], 1, 1, width);
        var patches = graph.Node(
            "Conv",
            [pixels, graph.Weight("vision_model.embeddings.patch_embedding.weight", width, 3, patch, patch)],
            Attribute.Integers("kernel_shape", patch, patch),
            Attribute.Integers("strides", patch, patch));
        var tokens = graph.Transpose(graph.Reshape(patches, 0, width, grid * grid), 0, 2, 1);
        tokens = graph.Concat(1, graph.RepeatForBatch(classToken, pixels), tokens);
        var states = graph.Add(tokens, graph.Weight("vision_model.embeddings.position_embedding.weight", (grid * grid) + 1, width));

        // The misspelt name is the published one.
        states = graph.LayerNorm("vision_model.pre_layrnorm", states, width, tower.Epsilon);
        states = graph.ClipEncoder("vision_model.encoder.layers", states, tower, bias: null);
        var first = graph.Node("Gather", [states, graph.Index(0)], Attribute.Integer("axis", 1));
        var pooled = graph.LayerNorm("vision_model.post_layernorm", first, width, tower.Epsilon);
        var embedding = graph.Linear("visual_projection", pooled, width, tower.ProjectionWidth, bias: false);
        graph.Output(NetworkNames.ImageEmbeds, embedding, Dimension.Batch, tower.ProjectionWidth);
        return graph.Finish();
    }
}
