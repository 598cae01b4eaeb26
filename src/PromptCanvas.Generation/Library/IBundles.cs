using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>Many pictures in one file, put together beside everything else.</summary>
public interface IBundles
{
    /// <summary>Begins a zip of those pictures that the actor may see, at most <see cref="MostPictures"/>.</summary>
    /// <returns>The bundle's id; null when there is nothing to put in, or two of the actor's are still being made.</returns>
    Task<Guid?> StartAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);

    /// <summary>How far a bundle is; null when the actor has none with this id.</summary>
    BundleView? Find(Actor actor, Guid bundleId);

    /// <summary>Opens a finished bundle; null when it is not the actor's, not finished, or gone.</summary>
    Stream? Open(Actor actor, Guid bundleId);

    /// <summary>The most pictures of one bundle.</summary>
    const int MostPictures = 500;
}

/// <summary>How far a bundle is.</summary>
/// <param name="Done">Pictures that are in it.</param>
/// <param name="Count">Pictures that shall be.</param>
public sealed record BundleView(int Done, int Count, bool IsReady, bool HasFailed);
