namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Identifies a file that is not safetensors by its first bytes, not by its name.</summary>
internal static class ForeignContent
{
    /// <summary>The end of a sentence that begins with the file's name.</summary>
    /// <param name="start">The first bytes, at least eight where the file has them.</param>
    public static string Describe(ReadOnlySpan<byte> start)
    {
        // A zip holds torch.save's newer pickles; 0x80 and a protocol number begin a bare one.
        if (start.StartsWith("PK\x03\x04"u8) || start is [0x80, >= 2 and <= 5, ..])
        {
            return "is a pickle, which can run code when it is read, and is refused whatever its name. Get the .safetensors version of this model.";
        }

        if (start.StartsWith("version "u8))
        {
            return "is a Git LFS pointer, not the weights themselves. Fetch them with 'git lfs pull'.";
        }

        return start.Length <= 8
            ? "is cut off or empty. Download it again."
            : "is not a safetensors file, or its header is damaged. Download it again.";
    }
}
