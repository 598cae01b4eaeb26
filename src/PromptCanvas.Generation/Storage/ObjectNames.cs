namespace PromptCanvas.Generation.Storage;

/// <summary>Names of the studio's objects in a shared store, which are also the paths of its files below the data folder.</summary>
internal static class ObjectNames
{
    /// <summary>Begins the names of pictures, thumbnails and uploads.</summary>
    public const string Pictures = "images/";

    /// <summary>Begins the names of checkpoints.</summary>
    public const string Stages = "stages/";

    private const int HashLength = 64;

    /// <param name="hash">SHA-256, 64 lower-case hex digits.</param>
    public static string Of(BlobKind kind, string hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        return $"{Pictures}{hash[..2]}/{hash[2..4]}/{hash}{(kind == BlobKind.Picture ? ".png" : ".webp")}";
    }

    /// <summary>The content hash in the name of a picture or thumbnail; null for any other name, such as that of an interrupted write.</summary>
    public static string? HashIn(string name) =>
        Path.GetFileNameWithoutExtension(name) is { Length: HashLength } hash && hash.All(char.IsAsciiHexDigitLower) ? hash : null;

    /// <summary>Begins the names of a job's checkpoints.</summary>
    public static string OfStages(Guid jobId) => $"{Stages}{jobId:N}/";

    public static string OfStage(Guid jobId, int imageIndex) => $"{OfStages(jobId)}{imageIndex}.stage";

    public static bool IsStage(string name) => name.EndsWith(".stage", StringComparison.Ordinal);
}
