using System.Text.RegularExpressions;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Deployment;

/// <summary>The files of <c>deploy/</c> and the compose file of one machine.</summary>
internal static partial class DeploymentFiles
{
    public static string Folder { get; } = Path.Combine(Studio.RepoRoot, "deploy");

    public static string[] Manifests => Directory.GetFiles(Path.Combine(Folder, "kubernetes"), "*.yaml");

    public static string[] Units => Directory.GetFiles(Path.Combine(Folder, "systemd"), "*.service");

    public static string[] Compose => [Path.Combine(Studio.RepoRoot, "compose.yaml"), Path.Combine(Folder, "compose", "compose.yaml")];

    /// <summary>Everything that sets the studio's settings.</summary>
    public static IEnumerable<string> All =>
        [.. Compose, .. Manifests, .. Directory.GetFiles(Path.Combine(Folder, "systemd")), Path.Combine(Studio.RepoRoot, "Dockerfile"), Path.Combine(Studio.RepoRoot, "Dockerfile.cuda")];

    /// <summary>The studio's settings in a file: <c>Section__Name: value</c>, <c>Section__Name=value</c> or <c>{ name: Section__Name, value: value }</c>.</summary>
    public static IEnumerable<(string Key, string Value)> SettingsIn(string file) =>
        from line in File.ReadLines(file)
        let text = line.TrimStart()
        where !text.StartsWith("# ", StringComparison.Ordinal) || Commented().IsMatch(text)
        from Match match in Setting().Matches(text)
        select (match.Groups["key"].Value.Replace("__", ":", StringComparison.Ordinal), match.Groups["value"].Value.Trim('"'));

    // Settings have a section, or are one of the host's.
    [GeneratedRegex("""(?:^|[\s{])(?:Environment=|ENV\ |-\ )?(?:name:\ )?(?<key>(?:[A-Z][A-Za-z0-9]*(?:__[A-Za-z0-9_]+)+|Urls|TrustedProxies|AllowedHosts|PathBase))(?::\ |=|,\ value:\ )(?<value>"[^"]*"|[^\s}]+)""", RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Setting();

    // A setting to be taken out of its comment.
    [GeneratedRegex("^# [A-Z][A-Za-z]*(__[A-Za-z0-9_]+)*: ")]
    private static partial Regex Commented();
}
