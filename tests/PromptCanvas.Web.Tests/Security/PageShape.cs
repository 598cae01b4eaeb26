using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>The structure of a page regardless of its text: its elements, each with the names of its attributes.</summary>
internal sealed class PageShape
{
    // Address of the studio in tests; links are relative to it.
    private static readonly Uri Root = new("http://localhost/");

    private readonly IDocument document;

    public PageShape(string html)
    {
        document = new HtmlParser().ParseDocument(html);
        Elements = [.. document.All.Select(element => $"{element.LocalName}[{string.Join(',', element.Attributes.Select(attribute => attribute.Name).Order(StringComparer.Ordinal))}]")];
    }

    public HashSet<string> Elements { get; }

    /// <summary>Whether a text is shown verbatim: between elements, or as a complete attribute value.</summary>
    public bool Shows(string text) => document.All.Any(element =>
        element.Attributes.Any(attribute => attribute.Value.Contains(text, StringComparison.Ordinal))
        || element.ChildNodes.OfType<IText>().Any(node => node.Data.Contains(text, StringComparison.Ordinal)));

    /// <summary>Elements that make a browser execute or fetch a text; must be empty.</summary>
    public IEnumerable<string> WhatRuns() => document.All.SelectMany(element =>
        (IEnumerable<string>)[
            .. element.Attributes.Where(attribute => IsRun(attribute)).Select(attribute => $"{element.LocalName} {attribute.Name}={attribute.Value}"),
            .. element.LocalName is "script" or "style" && element.TextContent.Contains(MarkupPayloads.Mark, StringComparison.Ordinal) ? [element.OuterHtml] : Array.Empty<string>(),
            .. element.LocalName.Contains(MarkupPayloads.Mark, StringComparison.Ordinal) ? [element.OuterHtml] : Array.Empty<string>(),
        ]);

    private static bool IsRun(IAttr attribute) =>
        attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase)
        || attribute.Name.Contains(MarkupPayloads.Mark, StringComparison.OrdinalIgnoreCase)
        || (attribute.Name is "href" or "src" or "action" or "formaction" or "data" or "srcdoc" or "poster" or "style"
            && attribute.Value.Contains(MarkupPayloads.Mark, StringComparison.Ordinal)
            && !IsCreatePage(attribute.Value));

    // Its query may carry any text; it is read as text.
    private static bool IsCreatePage(string address) =>
        Uri.TryCreate(Root, address, out var link) && link.GetLeftPart(UriPartial.Path) == Root.AbsoluteUri;
}
