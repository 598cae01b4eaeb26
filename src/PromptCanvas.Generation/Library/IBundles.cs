using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>Zip files of many pictures, created in the background.</summary>
public interface IBundles
{
    /// <summary>Starts a zip file of the pictures that the actor may see, at most <see cref="MostPictures"/>.</summary>
    /// <returns>The bundle's id; null if there are no pictures to include, or two of the actor's bundles are still in progress.</returns>
    Task<Guid?> StartAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);

    /// <summary>Progress of a bundle; null if the actor has no bundle with this id.</summary>
    BundleView? Find(Actor actor, Guid bundleId);

    /// <summary>Opens a finished bundle; null if it is not the actor's, unfinished or expired.</summary>
    Stream? Open(Actor actor, Guid bundleId);

    /// <summary>Maximum number of pictures in one bundle.</summary>
    const int MostPictures = 500;
}

/// <summary>Progress of a bundle.</summary>
/// <param name="Done">Pictures added so far.</param>
/// <param name="Count">Pictures in total.</param>
public sealed record BundleView(int Done, int Count, bool IsReady, bool HasFailed);
