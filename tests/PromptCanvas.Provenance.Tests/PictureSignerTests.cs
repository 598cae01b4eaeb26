using System.Buffers.Binary;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Provenance.Manifests;
using PromptCanvas.Provenance.Reading;

namespace PromptCanvas.Provenance.Tests;

public sealed class PictureSignerTests
{
    public static TheoryData<PictureFormat> Formats => Pictures.Formats;

    [Theory]
    [MemberData(nameof(Formats))]
    public void Sign_AnyFormat_HoldsAndTellsTheStory(PictureFormat format)
    {
        using var identity = Pictures.NewIdentity();

        var report = PictureVerifier.Verify(PictureSigner.Sign(Pictures.Encode(format), Pictures.Story, identity), Pictures.Now).Manifest!;

        Assert.True(report.IsIntact, string.Join('\n', report.Checks));
        Assert.Equal("PromptCanvas 0.2", report.Generator);
        var made = Assert.Single(report.Actions);
        Assert.Equal(("c2pa.created", "trainedAlgorithmicMedia", "PromptCanvas 0.2"), (made.Name, made.SourceType, made.Agent));
        Assert.Equal(new StoryRecipe("generate", "starter", "eine rote Kugel, 赤い球", 7, """{"size":64}"""), report.Recipe);
        Assert.Equal(identity.Thumbprint, report.Signer!.Thumbprint);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Sign_AnyFormat_KeepsThePixels(PictureFormat format)
    {
        using var identity = Pictures.NewIdentity();
        var plain = Pictures.Encode(format);

        var signed = PictureSigner.Sign(plain, Pictures.Story, identity);

        Assert.Equal(PictureDecoder.Decode(plain).Bytes.ToArray(), PictureDecoder.Decode(signed).Bytes.ToArray());
        Assert.Equal(plain, PictureSigner.Strip(signed));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Sign_SignedFile_ReplacesTheManifest(PictureFormat format)
    {
        using var identity = Pictures.NewIdentity();
        var signed = PictureSigner.Sign(Pictures.Encode(format), Pictures.Story, identity);

        var again = PictureSigner.Sign(signed, Pictures.Story with { Recipe = null }, identity);

        var report = PictureVerifier.Verify(again, Pictures.Now).Manifest!;
        Assert.True(report.IsIntact);
        Assert.Null(report.Recipe);
        Assert.Equal(-1, again.AsSpan().IndexOf("rote Kugel"u8));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Sign_LongRecipe_Holds(PictureFormat format)
    {
        using var identity = Pictures.NewIdentity();

        // More than one segment of a JPEG; the lengths also cross the sizes of CBOR's numbers.
        foreach (var length in new[] { 1, 40_000, 65_400, 65_500, 65_536, 200_001 })
        {
            var story = Pictures.Story with { Recipe = Pictures.Story.Recipe! with { Settings = new string('x', length) } };

            var report = PictureVerifier.Verify(PictureSigner.Sign(Pictures.Encode(format), story, identity), Pictures.Now).Manifest!;

            Assert.True(report.IsIntact, string.Join('\n', report.Checks));
            Assert.Equal(length, report.Recipe!.Settings!.Length);
        }
    }

    [Fact]
    public void Sign_EditedPicture_OpensItsSourceAndEditsIt()
    {
        using var identity = Pictures.NewIdentity();
        var story = Pictures.Story with { IsComposite = true, Sources = [Pictures.Source], Changes = FileChange.Converted | FileChange.Resized };

        var report = PictureVerifier.Verify(PictureSigner.Sign(Pictures.Encode(PictureFormat.Png), story, identity), Pictures.Now).Manifest!;

        Assert.Equal(["c2pa.opened", "c2pa.edited", "c2pa.resized", "c2pa.converted"], report.Actions.Select(action => action.Name));
        Assert.Equal("compositeWithTrainedAlgorithmicMedia", report.Actions[1].SourceType);
        Assert.Equal(new StoryIngredient($"Picture {Pictures.Source.Id}", "parentOf", $"xmp:iid:{Pictures.Source.Id}"), Assert.Single(report.Ingredients));
    }

    [Fact]
    public void Sign_BlendedPicture_NamesItsInputs()
    {
        using var identity = Pictures.NewIdentity();
        var story = Pictures.Story with { Sources = [Pictures.Source, Pictures.Source with { Id = Guid.NewGuid() }] };

        var report = PictureVerifier.Verify(PictureSigner.Sign(Pictures.Encode(PictureFormat.Png), story, identity), Pictures.Now).Manifest!;

        Assert.Equal("c2pa.created", Assert.Single(report.Actions).Name);
        Assert.Equal(["inputTo", "inputTo"], report.Ingredients.Select(ingredient => ingredient.Relationship));
    }

    [Fact]
    public void Sign_Png_IsSeenAtItsStart()
    {
        using var identity = Pictures.NewIdentity();
        var plain = Pictures.Encode(PictureFormat.Png);

        Assert.False(PictureSigner.IsSignedPng(plain));
        Assert.True(PictureSigner.IsSignedPng(PictureSigner.Sign(plain, Pictures.Story, identity)));
    }

    [Fact]
    public void Sign_WebP_StatesItsLength()
    {
        using var identity = Pictures.NewIdentity();

        var signed = PictureSigner.Sign(Pictures.Encode(PictureFormat.WebP), Pictures.Story, identity);

        Assert.Equal(signed.Length - 8, BinaryPrimitives.ReadInt32LittleEndian(signed.AsSpan(4)));
    }

    [Fact]
    public void Sign_OtherFormat_IsRefused()
    {
        using var identity = Pictures.NewIdentity();

        var refusal = Assert.Throws<ProvenanceException>(() => PictureSigner.Sign("GIF89a…"u8, Pictures.Story, identity));

        Assert.Equal("The file is not a PNG, JPEG or WebP.", refusal.Message);
    }
}
