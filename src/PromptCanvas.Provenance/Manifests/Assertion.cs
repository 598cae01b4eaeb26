using System.Formats.Cbor;
using System.Security.Cryptography;
using PromptCanvas.Provenance.Boxes;

namespace PromptCanvas.Provenance.Manifests;

/// <summary>An assertion, ready to be put into a manifest.</summary>
internal sealed class Assertion
{
    private readonly byte[] payload;

    private Assertion(string label, byte[] cbor)
    {
        Label = label;
        payload = JumbfWriter.SuperBox(JumbfKinds.Cbor, label, JumbfWriter.Box(JumbfKinds.Cbor, cbor));
    }

    public string Label { get; }

    public byte[] Box => JumbfWriter.Box(JumbfBox.SuperBox, payload);

    public static Assertion Of(string label, Action<CborWriter> write) => new(label, Cbor.Write(write));

    /// <summary>Writes a reference that is valid for this content only.</summary>
    public void WriteReference(CborWriter writer)
    {
        writer.WriteStartMap(2);
        Cbor.WriteText(writer, "url", $"self#jumbf={Labels.Assertions}/{Label}");
        writer.WriteTextString("hash");
        writer.WriteByteString(SHA256.HashData(payload));
        writer.WriteEndMap();
    }
}
