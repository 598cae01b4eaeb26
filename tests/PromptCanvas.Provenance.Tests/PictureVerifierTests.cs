using System.Text;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Provenance.Boxes;
using PromptCanvas.Provenance.Containers;
using PromptCanvas.Provenance.Manifests;
using PromptCanvas.Provenance.Reading;

namespace PromptCanvas.Provenance.Tests;

public sealed class PictureVerifierTests
{
    private const int LongestFrame = 70;

    public static TheoryData<PictureFormat> Formats => Pictures.Formats;

    [Theory]
    [MemberData(nameof(Formats))]
    public void Verify_NoManifest_SaysSo(PictureFormat format) => Assert.Null(PictureVerifier.Verify(Pictures.Encode(format), Pictures.Now).Manifest);

    [Theory]
    [MemberData(nameof(Formats))]
    public void Verify_AnyByteChanged_DoesNotHold(PictureFormat format)
    {
        using var identity = Pictures.NewIdentity();
        var signed = PictureSigner.Sign(Pictures.Encode(format), Pictures.Story, identity);
        var place = PictureContainer.Of(signed)!.Find(signed)!;
        var missed = new List<int>();
        for (var at = 0; at < signed.Length; at++)
        {
            signed[at] ^= 0x20;
            if (Holds(signed))
            {
                missed.Add(at);
            }

            signed[at] ^= 0x20;
        }

        // Signed bytes are all found. C2PA leaves some of the manifest's frame unsigned: its label, flags of boxes, the chunk's checksum.
        Assert.All(missed, at => Assert.InRange(at, place.Start, place.End - 1));
        Assert.True(missed.Count < LongestFrame, $"{missed.Count} changes were not found: {string.Join(' ', missed.Select(at => at - place.Start))}");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Verify_Truncated_IsRefusedOrDoesNotHold(PictureFormat format)
    {
        using var identity = Pictures.NewIdentity();
        var signed = PictureSigner.Sign(Pictures.Encode(format), Pictures.Story, identity);

        for (var length = 0; length < signed.Length; length++)
        {
            Assert.False(Holds(signed[..length]), $"The first {length} bytes hold.");
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Verify_BytesAppended_DoesNotHold(PictureFormat format)
    {
        using var identity = Pictures.NewIdentity();

        Assert.False(Holds([.. PictureSigner.Sign(Pictures.Encode(format), Pictures.Story, identity), 1, 2, 3]));
    }

    [Fact]
    public void Verify_ManifestOfAnotherPicture_DoesNotHold()
    {
        using var identity = Pictures.NewIdentity();
        var container = new PngContainer();
        var signed = PictureSigner.Sign(Pictures.Encode(PictureFormat.Png), Pictures.Story, identity);
        var other = PictureSigner.Strip(signed);
        other[^20] ^= 1;

        var report = PictureVerifier.Verify(container.Insert(other, container.Find(signed)!.Manifest), Pictures.Now).Manifest!;

        Assert.Equal("assertion.dataHash.mismatch", Assert.Single(report.Checks, check => check.Outcome == CheckOutcome.Failed).Code);
    }

    [Fact]
    public void Verify_PromptChanged_DoesNotHoldAndIsNotTold()
    {
        using var identity = Pictures.NewIdentity();
        var signed = PictureSigner.Sign(Pictures.Encode(PictureFormat.Png), Pictures.Story, identity);
        signed[signed.AsSpan().IndexOf("rote Kugel"u8)] = (byte)'t';

        var report = PictureVerifier.Verify(signed, Pictures.Now).Manifest!;

        Assert.False(report.IsIntact);
        Assert.Contains(report.Checks, check => check is { Code: "assertion.hashedURI.mismatch", Outcome: CheckOutcome.Failed });
        Assert.Null(report.Recipe);
    }

    [Fact]
    public void Verify_SignedByAnother_HasAnotherSigner()
    {
        using var ours = Pictures.NewIdentity();
        using var theirs = Pictures.NewIdentity();

        var report = PictureVerifier.Verify(PictureSigner.Sign(Pictures.Encode(PictureFormat.Png), Pictures.Story, theirs), Pictures.Now).Manifest!;

        Assert.True(report.IsIntact);
        Assert.NotEqual(ours.Thumbprint, report.Signer!.Thumbprint);
    }

    [Fact]
    public void Verify_AfterTheCertificate_HoldsWithANote()
    {
        using var identity = Pictures.NewIdentity();
        var signed = PictureSigner.Sign(Pictures.Encode(PictureFormat.Png), Pictures.Story, identity);

        var report = PictureVerifier.Verify(signed, identity.NotAfter.AddDays(1)).Manifest!;

        Assert.True(report.IsIntact);
        Assert.Contains(report.Checks, check => check is { Code: "signingCredential.expired", Outcome: CheckOutcome.Note });
    }

    [Fact]
    public void Verify_TwoManifests_IsRefused()
    {
        using var identity = Pictures.NewIdentity();
        var container = new PngContainer();
        var signed = PictureSigner.Sign(Pictures.Encode(PictureFormat.Png), Pictures.Story, identity);

        var refusal = Assert.Throws<ProvenanceException>(() => PictureVerifier.Verify(container.Insert(signed, container.Find(signed)!.Manifest), Pictures.Now));

        Assert.Equal("The PNG has several manifests.", refusal.Message);
    }

    [Fact]
    public void Verify_UndeclaredAssertion_DoesNotHold()
    {
        using var identity = Pictures.NewIdentity();
        var container = new PngContainer();
        var plain = Pictures.Encode(PictureFormat.Png);
        var store = JumbfReader.Read(container.Find(PictureSigner.Sign(plain, Pictures.Story, identity))!.Manifest);
        var manifest = store.Children[0];
        byte[] Rebuild(JumbfBox box, params byte[][] more) => JumbfWriter.SuperBox(box.Kind, box.Label!, [.. box.Children.Select(child => JumbfWriter.Box(child.Type, child.Payload.Span)), .. more]);
        var added = Assertion.Of("com.example.added", writer => writer.WriteBoolean(true));
        var assertions = Rebuild(manifest.Children[0], added.Box);
        var changed = JumbfWriter.SuperBox(
            manifest.Kind, manifest.Label!, [JumbfWriter.Box("jumb", assertions), .. manifest.Children.Skip(1).Select(child => JumbfWriter.Box("jumb", child.Payload.Span))]);
        var bytes = JumbfWriter.Box("jumb", JumbfWriter.SuperBox(JumbfKinds.Store, "c2pa", JumbfWriter.Box("jumb", changed)));

        var report = PictureVerifier.Verify(container.Insert(plain, bytes), Pictures.Now).Manifest!;

        Assert.Contains(report.Checks, check => check is { Code: "assertion.undeclared", Outcome: CheckOutcome.Failed });
        Assert.Empty(report.Others);
    }

    [Fact]
    public void Verify_NestedTooDeep_IsRefused()
    {
        var box = JumbfWriter.Box("jumb", JumbfWriter.SuperBox(JumbfKinds.Store, "c2pa"));
        for (var depth = 0; depth < 1000; depth++)
        {
            box = JumbfWriter.Box("jumb", JumbfWriter.SuperBox(JumbfKinds.Store, "c2pa", box));
        }

        var refusal = Assert.Throws<ProvenanceException>(() => PictureVerifier.Verify(new PngContainer().Insert(Pictures.Encode(PictureFormat.Png), box), Pictures.Now));

        Assert.Equal("The manifest's boxes are nested too deep.", refusal.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GIF89a")]
    [InlineData("RIFF....WAVEfmt ....")]
    [InlineData("A text that is long enough for any header of any format")]
    public void Verify_OtherFile_IsRefused(string content)
    {
        var refusal = Assert.Throws<ProvenanceException>(() => PictureVerifier.Verify(Encoding.ASCII.GetBytes(content), Pictures.Now));

        Assert.Equal("The file is not a PNG, JPEG or WebP.", refusal.Message);
    }

    private static bool Holds(byte[] file)
    {
        try
        {
            return PictureVerifier.Verify(file, Pictures.Now).Manifest?.IsIntact == true;
        }
        catch (ProvenanceException)
        {
            return false;
        }
    }
}
