using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>Zip files of many pictures. They are written while they are downloaded and never stored.</summary>
public interface IBundles
{
    /// <summary>Selects the pictures that the actor may see, at most <see cref="MostPictures"/>, for a download within an hour.</summary>
    /// <returns>The bundle's id; null if there are no pictures to include, or the actor has the maximum number of downloads in progress.</returns>
    Task<Guid?> StartAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);

    /// <summary>Number of pictures in a bundle; null if the actor has no bundle with this id.</summary>
    int? Count(Actor actor, Guid bundleId);

    /// <summary>Begins a download.</summary>
    /// <returns>Null if the bundle is not the actor's, has expired, or the actor has the maximum number of downloads in progress.</returns>
    IBundleDownload? Open(Actor actor, Guid bundleId);

    /// <summary>Maximum number of pictures in one bundle.</summary>
    const int MostPictures = 500;
}

/// <summary>A download in progress; it counts towards the person's limit until it is disposed.</summary>
public interface IBundleDownload : IDisposable
{
    /// <summary>Writes the zip file. Each picture is checked again just before it is written; pictures that the person may no longer see are left out.</summary>
    Task WriteAsync(Stream output, CancellationToken cancellationToken);
}
