using Microsoft.Extensions.Localization;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Names a browser for its owner: "Firefox on Linux".</summary>
internal static class DeviceName
{
    // The order matters: most browsers also name their ancestors.
    private static readonly (string Sign, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Sign, string Name)[] Systems =
        [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    public static string Of(string agent, IStringLocalizer<Texts> texts) => (Find(Browsers, agent), Find(Systems, agent)) switch
    {
        ({ } browser, { } system) => texts["DeviceOn", browser, system],
        ({ } browser, null) => browser,
        (null, { } system) => system,
        _ => texts["DeviceUnknown"],
    };

    private static string? Find((string Sign, string Name)[] known, string agent) =>
        Array.Find(known, each => agent.Contains(each.Sign, StringComparison.Ordinal)).Name;
}
