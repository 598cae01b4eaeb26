using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace PromptCanvas.Imaging.Png;

/// <summary>Provenance of a finished picture as XMP; the same packet is used in PNG, WebP and JPEG.</summary>
/// <remarks>
/// Source: XMP Specification Part 1 (ISO 16684-1); IPTC Photo Metadata Standard 2025.1, Digital Source Type and the properties for AI.
/// The format is published in docs/provenance.md.
/// </remarks>
public static class PictureXmp
{
    private static readonly XNamespace Meta = "adobe:ns:meta/";
    private static readonly XNamespace Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private static readonly XNamespace Iptc = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
    private static readonly XNamespace Basic = "http://ns.adobe.com/xap/1.0/";
    private static readonly XNamespace Own = "urn:promptcanvas:picture:1#";

    /// <summary>An XMP packet, UTF-8.</summary>
    public static string Write(PictureText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var packet = new XElement(
            Meta + "xmpmeta",
            new XAttribute(XNamespace.Xmlns + "x", Meta),
            new XElement(
                Rdf + "RDF",
                new XAttribute(XNamespace.Xmlns + "rdf", Rdf),
                new XElement(
                    Rdf + "Description",
                    new XAttribute(Rdf + "about", ""),
                    new XAttribute(XNamespace.Xmlns + "Iptc4xmpExt", Iptc),
                    new XAttribute(XNamespace.Xmlns + "xmp", Basic),
                    new XAttribute(XNamespace.Xmlns + "pc", Own),
                    new XElement(Iptc + "DigitalSourceType", text.IsComposite ? DigitalSourceTypes.Composite : DigitalSourceTypes.Trained),
                    new XElement(Iptc + "AISystemUsed", text.Model),
                    new XElement(Iptc + "AIPromptInformation", Clean(text.Prompt)),
                    new XElement(Basic + "CreatorTool", text.Software),
                    new XElement(Own + PictureText.PromptKeyword, Clean(text.Prompt)),
                    new XElement(Own + PictureText.SeedKeyword, text.Seed.ToString(CultureInfo.InvariantCulture)),
                    new XElement(Own + PictureText.ModelKeyword, text.Model),
                    new XElement(Own + PictureText.RecipeKeyword, Clean(text.Recipe)))));
        return $"<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>{packet.ToString(SaveOptions.DisableFormatting)}<?xpacket end=\"r\"?>";
    }

    // A prompt may contain characters that XML forbids.
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.Value is 0x9 or 0xA or 0xD or (>= 0x20 and not 0xFFFE and not 0xFFFF) ? rune : Rune.ReplacementChar);
        }

        return clean.ToString();
    }
}
