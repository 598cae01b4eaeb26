using PromptCanvas.Provenance.Boxes;
using PromptCanvas.Provenance.Signing;

namespace PromptCanvas.Provenance.Manifests;

/// <summary>Writes a manifest store with one manifest.</summary>
/// <remarks>Source: C2PA specification 2.1, sections 10 (claims), 11 (manifests) and 18.5 (data hash).</remarks>
internal sealed class ManifestWriter(PictureStory story, SigningIdentity identity, Guid id)
{
    private readonly IReadOnlyList<Assertion> assertions = StoryAssertions.Of(story);

    /// <param name="start">Offset of the bytes that <paramref name="hash"/> leaves out.</param>
    /// <param name="length">Number of those bytes.</param>
    /// <param name="hash">SHA-256 of all others.</param>
    public byte[] Write(int start, int length, byte[] hash)
    {
        Assertion[] all = [.. assertions, DataHash(start, length, hash)];
        var claim = Claim(all);
        var manifest = JumbfWriter.SuperBox(
            JumbfKinds.Manifest,
            $"urn:c2pa:{id}",
            Super(JumbfKinds.Assertions, Labels.Assertions, [.. all.Select(assertion => assertion.Box)]),
            Super(JumbfKinds.Claim, Labels.Claim, JumbfWriter.Box(JumbfKinds.Cbor, claim)),
            Super(JumbfKinds.Signature, Labels.Signature, JumbfWriter.Box(JumbfKinds.Cbor, ClaimSignature.Sign(claim, identity))));
        return Super(JumbfKinds.Store, Labels.Store, JumbfWriter.Box(JumbfBox.SuperBox, manifest));
    }

    private static byte[] Super(string kind, string label, params ReadOnlySpan<byte[]> boxes) =>
        JumbfWriter.Box(JumbfBox.SuperBox, JumbfWriter.SuperBox(kind, label, boxes));

    private static Assertion DataHash(int start, int length, byte[] hash) => Assertion.Of(Labels.DataHash, writer =>
    {
        writer.WriteStartMap(5);
        writer.WriteTextString("exclusions");
        writer.WriteStartArray(1);
        writer.WriteStartMap(2);
        writer.WriteTextString("start");
        writer.WriteInt32(start);
        writer.WriteTextString("length");
        writer.WriteInt32(length);
        writer.WriteEndMap();
        writer.WriteEndArray();
        Cbor.WriteText(writer, "name", "jumbf manifest");
        Cbor.WriteText(writer, "alg", Labels.Sha256);
        writer.WriteTextString("hash");
        writer.WriteByteString(hash);
        writer.WriteTextString("pad");
        writer.WriteByteString([]);
        writer.WriteEndMap();
    });

    private byte[] Claim(IReadOnlyCollection<Assertion> all) => Cbor.Write(writer =>
    {
        writer.WriteStartMap(null);
        Cbor.WriteText(writer, "alg", Labels.Sha256);
        Cbor.WriteText(writer, "instanceID", $"xmp:iid:{id}");
        Cbor.WriteText(writer, "signature", $"self#jumbf={Labels.Signature}");
        writer.WriteTextString("claim_generator_info");
        StoryAssertions.WriteGenerator(writer, story);
        Cbor.WriteArray(writer, "created_assertions", all, assertion => assertion.WriteReference(writer));
        if (story.Title is { } title)
        {
            Cbor.WriteText(writer, "dc:title", title);
        }

        writer.WriteEndMap();
    });
}
