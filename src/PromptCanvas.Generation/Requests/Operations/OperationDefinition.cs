using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>The properties common to all operations of one kind.</summary>
/// <param name="Kind">One of <see cref="Data.Jobs.JobKinds"/>.</param>
/// <param name="Scope">The scope an API key needs: one of <see cref="ApiScopes"/>.</param>
/// <param name="Prompt">Whether it takes a prompt.</param>
/// <param name="Fields">The fields of a request that belong to it, as the API names them.</param>
/// <param name="Read">Builds the operation from these fields.</param>
public sealed record OperationDefinition(
    string Kind, string Scope, PromptUse Prompt, IReadOnlyList<string> Fields, Func<OperationFields, Result<JobOperation>> Read)
{
    /// <summary>Whether it paints into its source, whose size the result keeps; otherwise pictures have the requested size.</summary>
    public bool PaintsIntoSource { get; init; }

    /// <summary>Why no style can be added to its pictures, in one sentence; null = one can.</summary>
    public string? WithoutStyle { get; init; }

    /// <summary>The kind of its pictures.</summary>
    public string PictureKind { get; init; } = Kind;

    /// <summary>Whether its pictures keep the prompt of their source when the job has none: they show the same content.</summary>
    public bool KeepsSourcePrompt { get; init; }
}

/// <summary>Whether a kind of job takes a prompt.</summary>
public enum PromptUse
{
    None,
    Optional,
    Required,
}

/// <summary>Every kind of job.</summary>
public static class OperationDefinitions
{
    private static readonly (Type Type, OperationDefinition Definition)[] Kinds =
    [
        (typeof(GenerateOperation), GenerateOperation.Shape),
        (typeof(EditOperation), EditOperation.Shape),
        (typeof(EraseOperation), EraseOperation.Shape),
        (typeof(ExtendOperation), ExtendOperation.Shape),
        (typeof(VaryOperation), VaryOperation.Shape),
        (typeof(BlendOperation), BlendOperation.Shape),
        (typeof(TextDifferenceOperation), TextDifferenceOperation.Shape),
        (typeof(DraftOperation), DraftOperation.Shape),
        (typeof(FinishOperation), FinishOperation.Shape),
    ];

    public static IReadOnlyList<OperationDefinition> All { get; } = [.. Kinds.Select(kind => kind.Definition)];

    /// <summary>The JSON format of operations in rows and hashes: <see cref="JobJson"/>, with the kind as the first property.</summary>
    internal static JsonSerializerOptions Json { get; } = MakeJson();

    /// <summary>Null if there is no such kind.</summary>
    public static OperationDefinition? Find(string? kind) => All.FirstOrDefault(definition => definition.Kind == kind);

    /// <summary>The kind of the pictures that jobs of a kind make.</summary>
    public static string PictureKindOf(string kind) => Find(kind)?.PictureKind ?? kind;

    private static JsonSerializerOptions MakeJson()
    {
        var options = new JsonSerializerOptions(JobJson.Options);
        options.TypeInfoResolver = options.TypeInfoResolver!.WithAddedModifier(AddKinds);
        options.MakeReadOnly();
        return options;
    }

    private static void AddKinds(JsonTypeInfo info)
    {
        if (info.Type != typeof(JobOperation))
        {
            return;
        }

        info.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = "kind" };
        foreach (var (type, definition) in Kinds)
        {
            info.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(type, definition.Kind));
        }
    }
}
