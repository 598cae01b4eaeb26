namespace PromptCanvas.Diffusion.Engine;

/// <summary>How much of the device and of memory an engine takes.</summary>
public sealed record EngineOptions
{
    /// <summary>The most rows of one network run at the decoder's size; larger pictures share it by <see cref="MaxBatchPixels"/>.</summary>
    /// <value>8.</value>
    public int MaxBatch { get; init; } = 8;

    /// <summary>The most pixels of one network run, so that a batch of large pictures neither fills memory nor delays others' previews.</summary>
    /// <value>4 · 256²: four pictures of 256², one of 1024².</value>
    public int MaxBatchPixels { get; init; } = 4 * 256 * 256;

    /// <summary>The most pictures in the making at once; the others wait without taking memory.</summary>
    /// <value>16.</value>
    public int MaxLanes { get; init; } = 16;

    /// <summary>How many unread events a reader may leave before previews stop being copied for it.</summary>
    /// <value>32.</value>
    public int MaxUnreadPreviews { get; init; } = 32;
}
