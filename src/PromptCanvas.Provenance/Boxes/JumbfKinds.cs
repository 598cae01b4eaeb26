namespace PromptCanvas.Provenance.Boxes;

/// <summary>What superboxes are; the first four bytes of their UUIDs.</summary>
internal static class JumbfKinds
{
    /// <summary>How the UUIDs of all these kinds end.</summary>
    public static ReadOnlySpan<byte> UuidEnd => [0x00, 0x11, 0x00, 0x10, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

    public const string Store = "c2pa";
    public const string Manifest = "c2ma";
    public const string UpdateManifest = "c2um";
    public const string Assertions = "c2as";
    public const string Claim = "c2cl";
    public const string Signature = "c2cs";
    public const string Cbor = "cbor";
    public const string Json = "json";
}
