namespace PromptCanvas.Provenance.Boxes;

/// <summary>A JUMBF box: either a labelled box of boxes, or content.</summary>
/// <param name="Type">Four characters, for example <c>jumb</c> or <c>cbor</c>.</param>
/// <param name="Payload">All bytes after the header; what hashes of a box cover.</param>
/// <remarks>Source: ISO/IEC 19566-5 (JUMBF); C2PA specification 2.1, section 11.1.</remarks>
internal sealed record JumbfBox(string Type, ReadOnlyMemory<byte> Payload)
{
    public const string SuperBox = "jumb";

    /// <summary>Null for content, and for a superbox without a label.</summary>
    public string? Label { get; init; }

    /// <summary>What a superbox is: the first four characters of its UUID, for example <c>c2pa</c>; empty for kinds outside <see cref="JumbfKinds"/>' scheme.</summary>
    public string Kind { get; init; } = "";

    public IReadOnlyList<JumbfBox> Children { get; init; } = [];

    public JumbfBox? Child(string label, string? kind = null) =>
        Children.FirstOrDefault(child => string.Equals(child.Label, label, StringComparison.Ordinal) && (kind is null || child.Kind == kind));

    /// <summary>The only content box of a type.</summary>
    /// <exception cref="ProvenanceException">There is none, or several.</exception>
    public ReadOnlyMemory<byte> Content(string type) =>
        Children is [var content] && content.Type == type ? content.Payload : throw new ProvenanceException($"The box {Label} does not contain exactly one {type} box.");
}
