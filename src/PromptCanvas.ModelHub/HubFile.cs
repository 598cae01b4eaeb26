namespace PromptCanvas.ModelHub;

/// <summary>A file of a repository.</summary>
/// <param name="Path">Relative to the repository, with forward slashes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of its content, 64 lower-case hex digits; null for small files, which the hub keeps in git itself.</param>
/// <param name="GitBlob">Git's name of the content (SHA-1 of a header and the bytes), 40 lower-case hex digits; null = unknown.</param>
public sealed record HubFile(string Path, long Size, string? Sha256, string? GitBlob);

/// <summary>A repository at one commit.</summary>
/// <param name="Name">OWNER/REPO.</param>
/// <param name="Commit">The commit that the revision stood for.</param>
/// <param name="Licence">The licence's identifier, such as apache-2.0; null = the hub names none.</param>
/// <param name="LicenceAddress">Where its text is; null = the hub names no place.</param>
public sealed record HubRepository(string Name, string Commit, IReadOnlyList<HubFile> Files, string? Licence, string? LicenceAddress);
