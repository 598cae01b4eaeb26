namespace PromptCanvas.Provenance.Reading;

/// <summary>What a file's manifest says, and whether it holds.</summary>
/// <param name="ContentType">The file's format.</param>
/// <param name="Manifest">Null if the file has none.</param>
public sealed record PictureReport(string ContentType, ManifestReport? Manifest);

/// <summary>An active manifest.</summary>
/// <param name="Generator">The software that signed, with its version.</param>
/// <param name="Signer">Null if the certificate cannot be read.</param>
/// <param name="Checks">Every check, in the order in which they were made.</param>
public sealed record ManifestReport(
    string? Title, string? Generator, IReadOnlyList<StoryAction> Actions, SignerReport? Signer, IReadOnlyList<ManifestCheck> Checks)
{
    public IReadOnlyList<StoryIngredient> Ingredients { get; init; } = [];

    /// <summary>This software's own assertion; null in manifests of others, and where it is not told.</summary>
    public StoryRecipe? Recipe { get; init; }

    /// <summary>Every other assertion, as JSON.</summary>
    public IReadOnlyDictionary<string, string> Others { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the claim is the signer's word. It says nothing about the file.</summary>
    public bool IsSigned => Checks.Any(check => check is { Code: "claimSignature.validated", Outcome: CheckOutcome.Passed });

    /// <summary>Whether file and manifest are as they were when they were signed. Null if a check uses a method that is not supported, and no other failed.</summary>
    public bool? IsIntact => Checks.Any(check => check.Outcome == CheckOutcome.Failed) ? false : Checks.Any(check => check.Outcome == CheckOutcome.Unsupported) ? null : true;
}

/// <param name="Name">For example <c>c2pa.created</c>.</param>
/// <param name="Agent">The software, with its version.</param>
/// <param name="SourceType">The last part of the IPTC digital source type, for example <c>trainedAlgorithmicMedia</c>.</param>
/// <param name="When">As stated, without a proof.</param>
public sealed record StoryAction(string Name, string? Agent, string? SourceType, string? When);

/// <param name="Relationship"><c>parentOf</c>, <c>componentOf</c> or <c>inputTo</c>.</param>
/// <param name="InstanceId">For example <c>xmp:iid:</c> and an id.</param>
public sealed record StoryIngredient(string? Title, string? Relationship, string? InstanceId);

/// <inheritdoc cref="Manifests.PictureRecipe"/>
public sealed record StoryRecipe(string? Kind, string? Model, string? Prompt, long? Seed, string? Settings);

/// <summary>Whose key signed.</summary>
/// <param name="Thumbprint">SHA-256 of the certificate, lower-case hex digits.</param>
public sealed record SignerReport(string Name, string Issuer, string Thumbprint, DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>A check of a manifest.</summary>
/// <param name="Code">C2PA's status code, for example <c>assertion.dataHash.match</c>.</param>
/// <param name="Explanation">English, for logs and specialists.</param>
public sealed record ManifestCheck(string Code, CheckOutcome Outcome, string Explanation);

public enum CheckOutcome
{
    Passed,
    Failed,

    /// <summary>The manifest uses a method that this software does not know.</summary>
    Unsupported,

    /// <summary>Says something about the manifest, neither good nor bad.</summary>
    Note,
}
