namespace PromptCanvas.Web.Tests.Security;

/// <summary>Texts that would do something if a page took them for markup. Each is short enough for the shortest field, a name's hundred characters.</summary>
internal static class MarkupPayloads
{
    /// <summary>In every one of them: an element, attribute or script that holds it came out of a text.</summary>
    public const string Mark = "canary";

    public static IReadOnlyList<string> All { get; } =
    [
        // Elements that run something by themselves.
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

        // Out of an attribute, a title, a script, a comment.
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

        // Written otherwise.
        "&lt;canary-element&gt;",
        "&#x3c;canary-element&#x3e;",
        "javascript:canary()//",
        "data:text/html,<script>canary()</script>",
        "\uFF1Ccanary-element\uFF1E",
        "{{canary.constructor('canary()')()}}",
        "@(canary)${canary}<%= canary %>",
    ];
}
