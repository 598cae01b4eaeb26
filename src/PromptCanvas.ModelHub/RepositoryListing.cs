using System.Text.Json;
using System.Text.RegularExpressions;

namespace PromptCanvas.ModelHub;

/// <summary>Reads the hub's description of a repository: <c>GET /api/models/OWNER/REPO/revision/REVISION?blobs=true</c>.</summary>
internal static partial class RepositoryListing
{
    /// <exception cref="ModelHubException">A file's path leads out of the folder.</exception>
    /// <exception cref="KeyNotFoundException">A property is missing (also other exceptions of reading JSON of a wrong form).</exception>
    public static HubRepository Read(string repository, JsonElement root)
    {
        var commit = root.GetProperty("sha").GetString() ?? "";
        if (!Commit().IsMatch(commit))
        {
            throw new FormatException("The commit is not one.");
        }

        var files = root.GetProperty("siblings").EnumerateArray().Select(ReadFile).ToList();
        if (files.Find(file => !IsInside(file.Path)) is { } strange)
        {
            throw new ModelHubException($"{repository} names the file '{Printable(strange.Path)}', which would lead out of the model's folder. Do not use this repository.");
        }

        var card = root.TryGetProperty("cardData", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        var licence = Text(card, "license_name") ?? Text(card, "license") ?? Tag(root, "license:");
        return new HubRepository(repository, commit, files, licence, Text(card, "license_link"));
    }

    private static HubFile ReadFile(JsonElement entry)
    {
        var large = entry.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object ? lfs : default;
        var sha256 = Text(large, "sha256") ?? Text(large, "oid");
        var size = large.ValueKind == JsonValueKind.Object && large.TryGetProperty("size", out var whole) ? whole.GetInt64()
            : entry.TryGetProperty("size", out var small) && small.ValueKind == JsonValueKind.Number ? small.GetInt64() : -1;
        return new HubFile(entry.GetProperty("rfilename").GetString() ?? "", size, Hex(sha256, 64), Hex(Text(entry, "blobId"), 40));
    }

    /// <summary>Whether a path stays below the folder it is written into, on every file system.</summary>
    private static bool IsInside(string path) =>
        path.Length is > 0 and < 400
        && !Strange().IsMatch(path)
        && path.Split('/').All(step => step.Length > 0 && step.Trim(' ', '.').Length > 0);

    private static string? Text(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? Printable(text)
            : null;

    private static string? Tag(JsonElement root, string prefix) =>
        root.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
            ? tags.EnumerateArray().Where(tag => tag.ValueKind == JsonValueKind.String).Select(tag => tag.GetString()!)
                .FirstOrDefault(tag => tag.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..]
            : null;

    private static string? Hex(string? text, int length) =>
        text is not null && text.Length == length && text.All(char.IsAsciiHexDigit) ? text.ToLowerInvariant() : null;

    /// <summary>Text from the hub without control characters, so that it can be printed in a terminal.</summary>
    private static string Printable(string text) => new([.. text.Take(200).Select(letter => char.IsControl(letter) ? '?' : letter)]);

    [GeneratedRegex("^[0-9a-f]{40}\\z")]
    private static partial Regex Commit();

    [GeneratedRegex("""[\u0000-\u001f\\:*?"<>|]""")]
    private static partial Regex Strange();
}
