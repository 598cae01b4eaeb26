namespace PromptCanvas.Provenance.Manifests;

/// <summary>What a manifest says about a picture.</summary>
/// <param name="Generator">Name of the software, without version.</param>
/// <param name="CreatedAt">When the picture was made.</param>
public sealed record PictureStory(string Generator, string Version, DateTimeOffset CreatedAt)
{
    /// <summary>A name for people, for example the file's.</summary>
    public string? Title { get; init; }

    /// <summary>Whether a model drew only a part of it; the rest is the first source.</summary>
    public bool IsComposite { get; init; }

    /// <summary>The pictures it was made from.</summary>
    public IReadOnlyList<SourcePicture> Sources { get; init; } = [];

    /// <summary>How it was made; null = not told.</summary>
    public PictureRecipe? Recipe { get; init; }

    /// <summary>What happened to the file afterwards, without a model.</summary>
    public FileChange Changes { get; init; }
}

/// <summary>Changes of a file that keep what the picture shows.</summary>
[Flags]
public enum FileChange
{
    None = 0,

    /// <summary>To another format.</summary>
    Converted = 1,

    /// <summary>To another size.</summary>
    Resized = 2,
}

/// <summary>A picture that another one was made from.</summary>
/// <param name="Id">Its id in the installation; null if it was deleted.</param>
/// <param name="Sha256">Of its file, hex digits.</param>
public sealed record SourcePicture(Guid? Id, string Sha256);

/// <summary>Everything that makes the same picture again.</summary>
/// <param name="Kind">Kind of the run, for example <c>generate</c>.</param>
/// <param name="Settings">JSON.</param>
public sealed record PictureRecipe(string Kind, string Model, string Prompt, uint Seed, string Settings);
