namespace PromptCanvas.Web.Tests.Security;

/// <summary>Texts that would be harmful if a page treated them as markup. Each fits the shortest field, the 100 characters of a name.</summary>
internal static class MarkupPayloads
{
    /// <summary>Contained in every payload: an element, attribute or script that contains it came from user text.</summary>
    public const string Mark = "canary";

    public static IReadOnlyList<string> All { get; } =
    [
        // Elements that execute by themselves.
        "<script>canary()</script>",
        "<ScRiPt/x>canary()</sCrIpT>",
        "<script src=//canary.example/x.js></script>",
        "<scr<script>ipt>canary()</scr</script>ipt>",
        "<img src=x onerror=canary()>",
        "<img/src=`canary`/onerror=canary()>",
        "<svg onload=canary()>",
        "<svg><script>canary()</script></svg>",
        "<svg><animate onbegin=canary() attributeName=x>",
        "<math><mtext><table><mglyph><style><img src=canary onerror=canary()>",
        "<body onload=canary()>",
        "<iframe src=javascript:canary()></iframe>",
        "<iframe srcdoc='<script>canary()</script>'>",
        "<object data=javascript:canary()>",
        "<embed src=javascript:canary()>",
        "<video><source onerror=canary()></video>",
        "<details open ontoggle=canary()>",
        "<input autofocus onfocus=canary()>",
        "<select autofocus onfocus=canary()>",
        "<marquee onstart=canary()>",
        "<style>@import '//canary.example'</style>",
        "<link rel=stylesheet href=//canary.example>",
        "<meta http-equiv=refresh content='0;url=//canary.example'>",
        "<base href=//canary.example/>",
        "<form action=//canary.example><button>go</button></form>",
        "<a href=javascript:canary()>canary</a>",
        "<canary-element>hidden</canary-element>",
        "<template><canary-element></template>",

        // Breaking out of an attribute, a title, a script or a comment.
        "\" onmouseover=\"canary()",
        "' onmouseover='canary()",
        "\"><canary-element a=\"",
        "'><canary-element a='",
        "` onmouseover=`canary()",
        "x\" content=\"0;url=//canary.example\" http-equiv=\"refresh",
        "</title><script>canary()</script>",
        "</textarea><canary-element>",
        "</script><script>canary()</script>",
        "--><canary-element><!--",
        "<!--[if gte IE 4]><canary-element><![endif]-->",
        "]]><canary-element>",

        // Alternative encodings.
        "&lt;canary-element&gt;",
        "&#x3c;canary-element&#x3e;",
        "javascript:canary()//",
        "data:text/html,<script>canary()</script>",
        "\uFF1Ccanary-element\uFF1E",
        "{{canary.constructor('canary()')()}}",
        "@(canary)${canary}<%= canary %>",
    ];
}
