namespace PromptCanvas.ModelHub;

/// <summary>A model with a name of its own here.</summary>
/// <param name="Parts">Its repositories, with the folders they go into.</param>
/// <param name="Index">The index that joins several parts; null = the repository has one.</param>
internal sealed record KnownModel(string Name, IReadOnlyList<(string Repository, string Folder)> Parts, string? Index);

/// <summary>The models that can be asked for by name.</summary>
public static class KnownModels
{
    private static readonly KnownModel[] All =
    [
        new("karlo", [("kakaobrain/karlo-v1-alpha", "")], null),
        new(
            "kandinsky-2-2",
            [
                ("kandinsky-community/kandinsky-2-2-prior", "prior"),
                ("kandinsky-community/kandinsky-2-2-decoder", "decoder"),
                ("kandinsky-community/kandinsky-2-2-decoder-inpaint", "inpaint"),
            ],
            """{ "_class_name": "PromptCanvasKandinsky22", "prior": "prior", "decoder": "decoder", "inpaint": "inpaint" }"""),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(model => model.Name)];

    /// <summary>A known model, or one repository on its own.</summary>
    /// <exception cref="ModelHubException">It is neither.</exception>
    internal static KnownModel Find(string name) =>
        Array.Find(All, model => model.Name == name)
        ?? (name.Contains('/')
            ? new KnownModel(name[(name.LastIndexOf('/') + 1)..], [(name, "")], null)
            : throw new ModelHubException($"There is no model '{name}' to download: name {string.Join(", ", Names)}, or a repository as OWNER/REPO."));

    /// <summary>The known model that a repository is a part of; null = it stands alone.</summary>
    internal static string? WholeOf(string repository) =>
        Array.Find(All, model => model.Parts.Count > 1 && model.Parts.Any(part => part.Repository.Equals(repository, StringComparison.OrdinalIgnoreCase)))?.Name;
}
