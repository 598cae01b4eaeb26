namespace PromptCanvas.Generation.Datasets;

/// <summary>The columns of a data set's labels besides the slots, whose names must be others.</summary>
internal static class DatasetColumns
{
    public const string File = "file_name";

    /// <summary>Only with masks, as the next three.</summary>
    public const string MaskFile = "mask_file_name";

    public const string BaseFile = "base_file_name";

    public const string BaseText = "base_text";

    /// <summary>Left, top, width and height in pixels.</summary>
    public const string Box = "bbox";

    public const string Text = "text";

    public const string Seed = "seed";

    public const string Similarity = "similarity";

    // Hugging Face's loader puts the files into columns of these names.
    private const string Image = "image";
    private const string Mask = "mask";
    private const string Base = "base";

    public static IReadOnlySet<string> All { get; } = new HashSet<string>(StringComparer.Ordinal) { File, MaskFile, BaseFile, BaseText, Box, Text, Seed, Similarity, Image, Mask, Base };
}
