namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>Numbers that follow from a name by whole-number arithmetic alone.</summary>
internal static class Seeded
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const int Bits = 24;

    /// <summary>Uniform values in (−scale, scale).</summary>
    /// <remarks>Source: FNV-1a for the name; SplitMix64 (Steele et al., 2014) for the sequence.</remarks>
    public static float[] Uniform(string name, int count, double scale)
    {
        var state = 0xCBF29CE484222325;
        foreach (var letter in name)
        {
            state = (state ^ letter) * 0x100000001B3;
        }

        var values = new float[count];
        for (var index = 0; index < count; index++)
        {
            state += Golden;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            mixed ^= mixed >> 31;
            values[index] = (float)((((double)(mixed >> (64 - Bits)) / (1 << (Bits - 1))) - 1) * scale);
        }

        return values;
    }
}
