using System.Text;
using System.Xml.Linq;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Imaging.Tests.Png;

/// <summary>Files conform to docs/provenance.md.</summary>
public sealed class ProvenanceTests
{
    private static readonly XNamespace Iptc = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
    private static readonly XNamespace Own = "urn:promptcanvas:picture:1#";

    private static readonly PictureText Text = new("een <hond> 🐶 & \u0001 café", 4294967295, "starter", """{"size":64,"kind":"vary"}""", PictureText.ThisSoftware);

    [Theory]
    [InlineData(false, "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia")]
    [InlineData(true, "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia")]
    public void Xmp_SaysWhatAMachineDrew(bool isComposite, string sourceType) =>
        Assert.Equal(sourceType, Read(PictureXmp.Write(Text with { IsComposite = isComposite })).Descendants(Iptc + "DigitalSourceType").Single().Value);

    [Fact]
    public void Png_HoldsThePacketAndItsTexts()
    {
        var png = PngEncoder.Encode(Pictures.Gradient(8, 8), Text);

        var packet = Read(PngText.Read(png)[PictureText.XmpKeyword]);
        Assert.Equal("4294967295", packet.Descendants(Own + "seed").Single().Value);
        Assert.Equal("een <hond> 🐶 & \uFFFD café", packet.Descendants(Own + "prompt").Single().Value);
        Assert.Equal(Text, PictureText.Read(png));
    }

    [Theory]
    [InlineData(PictureFormat.WebP)]
    [InlineData(PictureFormat.Jpeg)]
    public void OtherFormats_HoldThePacket(PictureFormat format)
    {
        var converted = Encoding.UTF8.GetString(PictureConverter.Convert(PngEncoder.Encode(Pictures.Gradient(64, 64), Text), format, 90));
        var from = converted.IndexOf("<?xpacket begin", StringComparison.Ordinal);

        var packet = Read(converted[from..(converted.IndexOf("<?xpacket end=\"r\"?>", StringComparison.Ordinal) + "<?xpacket end=\"r\"?>".Length)]);
        Assert.Equal(Text.Recipe, packet.Descendants(Own + "recipe").Single().Value);
    }

    [Fact]
    public void OtherFormats_OfAPictureThatSaysNothing_SayNothing() =>
        Assert.DoesNotContain("xpacket", Encoding.Latin1.GetString(PictureConverter.Convert(PngEncoder.Encode(Pictures.Gradient(64, 64)), PictureFormat.WebP, 90)), StringComparison.Ordinal);

    [Fact]
    public void Strip_LeavesThePixelsAndNothingElse()
    {
        var plain = PngEncoder.Encode(Pictures.Gradient(64, 64));

        Assert.Equal(plain, PngText.Strip(PngEncoder.Encode(Pictures.Gradient(64, 64), Text)));
        Assert.Equal([1, 2, 3], PngText.Strip([1, 2, 3]));
    }

    private static XElement Read(string packet) => XDocument.Parse(packet).Root!;
}
