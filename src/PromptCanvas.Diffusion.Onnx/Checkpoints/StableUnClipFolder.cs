namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Stable unCLIP as published: one folder, with the parts of a prior or with an image encoder, or with both.</summary>
internal static class StableUnClipFolder
{
    /// <summary>The pipelines: the first has a prior, the second an image encoder.</summary>
    private static readonly string[] Classes = ["StableUnCLIPPipeline", "StableUnCLIPImg2ImgPipeline"];

    private static readonly string[] PriorParts =
        [ComponentNames.Prior, ComponentNames.PriorScheduler, ComponentNames.PriorTokenizer, ComponentNames.PriorTextEncoder];

    /// <summary>Whether a folder is one.</summary>
    public static bool Is(DiffusersFolder folder) => Classes.Contains(folder.ClassName);

    /// <summary>Whether it can read texts: it has a prior with CLIP's text encoder.</summary>
    /// <exception cref="ModelException">It has some of a prior's parts, but not all, or neither a prior nor an image encoder.</exception>
    public static bool HasPrior(DiffusersFolder folder)
    {
        var missing = PriorParts.Where(part => !folder.Has(part)).ToList();
        if (missing.Count > 0 && missing.Count < PriorParts.Length)
        {
            throw new ModelException(
                $"{IndexOf(folder)} names a part of a prior, but not all of it: add {string.Join(", ", missing)}, or remove the others.");
        }

        return missing.Count == 0 || folder.Has(ComponentNames.ImageEncoder)
            ? missing.Count == 0
            : throw new ModelException(
                $"{IndexOf(folder)} names neither a prior nor an image encoder: nothing could be drawn with it. Get a complete model.");
    }

    /// <summary>Why a folder without a prior reads no texts, and what to add.</summary>
    public static string WithoutText(DiffusersFolder folder) =>
        $"{folder.Name} draws from pictures only: choose another model, or add {string.Join(", ", PriorParts)} of a Karlo model to its folder and its {DiffusersFolder.IndexName}.";

    private static string IndexOf(DiffusersFolder folder) => Path.Combine(folder.Path, DiffusersFolder.IndexName);
}
