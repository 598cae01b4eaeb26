using System.Text.Json.Serialization;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Library;

/// <summary>An uploaded picture or mask.</summary>
public sealed record UploadView(Guid Id, int Width, int Height)
{
    /// <summary>What the person should know about the file; null = nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }
}

/// <summary>Uploaded pictures and masks for jobs. They are private and expire after a day unless a job uses them.</summary>
public interface IUploads
{
    /// <summary>Decodes the file and stores its pixels as PNG.</summary>
    /// <param name="content">JPEG, PNG or WebP; never read beyond the size limit.</param>
    Task<Result<UploadView>> AddAsync(Actor actor, Stream content, CancellationToken cancellationToken);
}

/// <summary>Reads uploads.</summary>
public interface IUploadQueries
{
    /// <summary>Null if the upload does not exist, belongs to another person or has expired.</summary>
    Task<UploadView?> FindAsync(Actor actor, Guid uploadId, CancellationToken cancellationToken);

    /// <summary>The upload's PNG; null if <see cref="FindAsync"/> finds nothing.</summary>
    Task<StoredContent?> OpenAsync(Actor actor, Guid uploadId, CancellationToken cancellationToken);
}
