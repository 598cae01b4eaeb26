using System.Globalization;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Width to height of a picture, such as 4:3.</summary>
/// <param name="Width">1 … <see cref="Maximum"/>.</param>
/// <param name="Height">1 … <see cref="Maximum"/>.</param>
public readonly record struct AspectRatio(int Width, int Height)
{
    /// <summary>The largest number of a ratio.</summary>
    public const int Maximum = 100;

    /// <summary>How many times the longer side may be as long as the shorter one.</summary>
    public const int Longest = 4;

    /// <summary>As wide as high.</summary>
    public static AspectRatio Square { get; } = new(1, 1);

    /// <summary>The ratios that people choose from, the square first.</summary>
    public static IReadOnlyList<AspectRatio> Common { get; } = [Square, new(4, 3), new(3, 4), new(3, 2), new(2, 3), new(16, 9), new(9, 16)];

    /// <summary>Whether both sides are alike.</summary>
    public bool IsSquare => Width == Height;

    /// <summary>Whether networks can be asked for it.</summary>
    public bool IsValid => Width is >= 1 and <= Maximum && Height is >= 1 and <= Maximum
        && Math.Max(Width, Height) <= Longest * Math.Min(Width, Height);

    /// <summary>Reads W:H.</summary>
    /// <param name="text">Two whole numbers with a colon between them.</param>
    /// <param name="ratio">The parsed ratio.</param>
    /// <returns>Whether it is a valid ratio.</returns>
    public static bool TryParse(string? text, out AspectRatio ratio)
    {
        ratio = Square;
        var parts = text?.Split(':') ?? [];
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var height))
        {
            return false;
        }

        ratio = new AspectRatio(width, height);
        return ratio.IsValid;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}:{Height}");
}
