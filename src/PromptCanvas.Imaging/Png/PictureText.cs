using System.Globalization;
using System.Reflection;

namespace PromptCanvas.Imaging.Png;

/// <summary>Text embedded in a finished PNG, sufficient to reproduce the picture.</summary>
/// <param name="Recipe">JSON.</param>
/// <param name="Software">"PromptCanvas x.y".</param>
public sealed record PictureText(string Prompt, uint Seed, string Model, string Recipe, string Software)
{
    /// <summary>Whether a model drew only a part of it; the rest is an uploaded picture.</summary>
    public bool IsComposite { get; init; }

    public const string PromptKeyword = "prompt";
    public const string SeedKeyword = "seed";
    public const string ModelKeyword = "model";
    public const string RecipeKeyword = "recipe";
    public const string SoftwareKeyword = "Software";

    /// <summary>Keyword of the chunk with the XMP packet.</summary>
    public const string XmpKeyword = "XML:com.adobe.xmp";

    /// <summary>The name of this software.</summary>
    public const string Product = "PromptCanvas";

    /// <summary>The version's first two numbers.</summary>
    public static string Version { get; } = typeof(PictureText).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version.Split('.') switch
    {
        [var major, var minor, ..] => $"{major}.{minor}",
        _ => "0.0",
    };

    /// <summary>Product and version.</summary>
    public static string ThisSoftware { get; } = $"{Product} {Version}";

    /// <summary>Null if a keyword is missing: the file is not a picture of this software.</summary>
    public static PictureText? Read(ReadOnlySpan<byte> png)
    {
        var text = PngText.Read(png);
        return text.TryGetValue(PromptKeyword, out var prompt)
            && text.TryGetValue(SeedKeyword, out var seedText)
            && uint.TryParse(seedText, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            && text.TryGetValue(ModelKeyword, out var model)
            && text.TryGetValue(RecipeKeyword, out var recipe)
            && text.TryGetValue(SoftwareKeyword, out var software)
            ? new PictureText(prompt, seed, model, recipe, software)
            {
                IsComposite = text.TryGetValue(XmpKeyword, out var packet) && packet.Contains(DigitalSourceTypes.Composite, StringComparison.Ordinal),
            }
            : null;
    }
}
