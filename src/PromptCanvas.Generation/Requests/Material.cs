using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests;

/// <summary>What pictures are made from beside a prompt. Pictures are named by id: an upload's, or a picture's one may see.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(EditMaterial), JobKinds.Edit)]
[JsonDerivedType(typeof(EraseMaterial), JobKinds.Erase)]
[JsonDerivedType(typeof(ExtendMaterial), JobKinds.Extend)]
[JsonDerivedType(typeof(VaryMaterial), JobKinds.Vary)]
[JsonDerivedType(typeof(BlendMaterial), JobKinds.Blend)]
[JsonDerivedType(typeof(TextDifferenceMaterial), JobKinds.TextDifference)]
public abstract record Material
{
    /// <summary>One of <see cref="JobKinds"/>.</summary>
    [JsonIgnore]
    public string Kind => this switch
    {
        EditMaterial => JobKinds.Edit,
        EraseMaterial => JobKinds.Erase,
        ExtendMaterial => JobKinds.Extend,
        VaryMaterial => JobKinds.Vary,
        BlendMaterial => JobKinds.Blend,
        TextDifferenceMaterial => JobKinds.TextDifference,
        _ => throw new InvalidOperationException($"{GetType().Name} has no kind."),
    };

    /// <summary>The pictures it names, in the order of a job's inputs.</summary>
    [JsonIgnore]
    public IReadOnlyList<PictureUse> Pictures => this switch
    {
        EditMaterial edit => [new(edit.Picture, JobInputRoles.Source), new(edit.Mask, JobInputRoles.Mask)],
        EraseMaterial erase => [new(erase.Picture, JobInputRoles.Source), new(erase.Mask, JobInputRoles.Mask)],
        ExtendMaterial extend => [new(extend.Picture, JobInputRoles.Source)],
        VaryMaterial vary => [new(vary.Picture, JobInputRoles.Source)],
        BlendMaterial blend => [.. blend.Inputs.Where(input => input.Picture is not null).Select(input => new PictureUse(input.Picture!.Value, JobInputRoles.Blended))],
        TextDifferenceMaterial difference => [new(difference.Picture, JobInputRoles.Source)],
        _ => [],
    };

    /// <summary>The same with other ids for its pictures.</summary>
    internal Material With(Func<Guid, Guid> idOf) => this switch
    {
        EditMaterial edit => edit with { Picture = idOf(edit.Picture), Mask = idOf(edit.Mask) },
        EraseMaterial erase => erase with { Picture = idOf(erase.Picture), Mask = idOf(erase.Mask) },
        ExtendMaterial extend => extend with { Picture = idOf(extend.Picture) },
        VaryMaterial vary => vary with { Picture = idOf(vary.Picture) },
        BlendMaterial blend => blend with { Inputs = [.. blend.Inputs.Select(input => input.Picture is { } picture ? input with { Picture = idOf(picture) } : input)] },
        TextDifferenceMaterial difference => difference with { Picture = idOf(difference.Picture) },
        _ => this,
    };

    /// <summary>How many frames where the pictures are a row; null where each stands for itself.</summary>
    [JsonIgnore]
    public int? Row => this switch
    {
        BlendMaterial blend => blend.Frames,
        TextDifferenceMaterial difference => difference.Frames,
        _ => null,
    };

    /// <summary>Whether it paints into a picture, which keeps its size; otherwise pictures are squares of the size asked for.</summary>
    [JsonIgnore]
    public bool PaintsInto => this is EditMaterial or EraseMaterial or ExtendMaterial;
}

/// <summary>A picture and what a job does with it.</summary>
/// <param name="Role">One of <see cref="JobInputRoles"/>.</param>
public readonly record struct PictureUse(Guid Id, string Role);

/// <summary>Paints what the mask does not keep, as the prompt says.</summary>
public sealed record EditMaterial(Guid Picture, Guid Mask) : Material
{
    /// <summary>The widest <see cref="Feather"/>.</summary>
    public const int MaximumFeather = 256;

    /// <summary>Over how many pixels, inside the mask, the picture goes over into what is painted; 0 = not at all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Feather { get; init; }
}

/// <summary>Takes away what the mask does not keep.</summary>
public sealed record EraseMaterial(Guid Picture, Guid Mask) : Material;

/// <summary>Paints on over the picture's edges; without a prompt the picture is continued.</summary>
public sealed record ExtendMaterial(Guid Picture, Extension Extension) : Material;

/// <summary>Other pictures of the same thing.</summary>
/// <param name="Strength">0 = the picture drawn again … 1 = what it shows, drawn anew.</param>
public sealed record VaryMaterial(Guid Picture, double Strength = VariationOrigin.Strong) : Material;

/// <summary>Pictures and phrases mixed.</summary>
/// <param name="Frames">How many frames of a row; null = each picture is the mixture.</param>
public sealed record BlendMaterial(IReadOnlyList<BlendInput> Inputs, int? Frames = null) : Material;

/// <summary>A picture or a phrase of a blend: one of the two.</summary>
/// <param name="Weight">Null = as the others; 1 where others have one.</param>
public sealed record BlendInput(Guid? Picture, string? Text, double? Weight = null);

/// <summary>A row of frames from a picture towards what a change of words does to it.</summary>
public sealed record TextDifferenceMaterial(Guid Picture, string From, string To, int Frames = TextDifferenceMaterial.DefaultFrames) : Material
{
    public const int DefaultFrames = 5;
}
