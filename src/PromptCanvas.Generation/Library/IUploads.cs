using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Library;

/// <summary>A picture or mask that somebody brought along.</summary>
public sealed record UploadView(Guid Id, int Width, int Height);

/// <summary>Pictures and masks for jobs: private, and gone after a day unless a job uses them.</summary>
public interface IUploads
{
    /// <summary>Decodes the file and keeps its pixels.</summary>
    /// <param name="content">JPEG, PNG or WebP; read up to the limit and no further.</param>
    Task<Result<UploadView>> AddAsync(Actor actor, Stream content, CancellationToken cancellationToken);

    /// <summary>Null also when it is another person's, or its day is over.</summary>
    Task<UploadView?> FindAsync(Actor actor, Guid uploadId, CancellationToken cancellationToken);

    /// <summary>Its pixels as PNG; null where <see cref="FindAsync"/> is.</summary>
    Task<StoredContent?> OpenAsync(Actor actor, Guid uploadId, CancellationToken cancellationToken);
}
