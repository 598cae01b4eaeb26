namespace PromptCanvas.Diffusion.Engine;

/// <summary>Limits on an engine's use of device and memory, and how it shares the device between people.</summary>
public sealed record EngineOptions
{
    /// <summary>The most rows of one network run at the decoder's size; larger pictures share it by <see cref="MaxBatchPixels"/>.</summary>
    /// <value>8.</value>
    public int MaxBatch { get; init; } = 8;

    /// <summary>The most pixels of one network run, so that a batch of large pictures neither fills memory nor delays others' previews.</summary>
    /// <value>4 · 256²: four pictures of 256², one of 1024².</value>
    public int MaxBatchPixels { get; init; } = 4 * 256 * 256;

    /// <summary>The most pictures in the making at once; the others wait without taking memory.</summary>
    /// <value>64: before its upsamplers a picture takes about 100 KB.</value>
    public int MaxLanes { get; init; } = 64;

    /// <summary>The share of <see cref="MaxLanes"/> reserved for people who have no picture in the engine, so that one person cannot fill it before the next one arrives.</summary>
    /// <value>A quarter, rounded down.</value>
    public double ReservedShare { get; init; } = 0.25;

    /// <summary><see cref="ReservedShare"/> in lanes.</summary>
    public int ReservedLanes => (int)(MaxLanes * ReservedShare);

    /// <summary>Maximum number of pictures in an upsampler at once; the others wait before it as small pictures.</summary>
    /// <value>16: at 1024² each takes about 40 MB.</value>
    public int MaxLateLanes { get; init; } = 16;

    /// <summary>While anyone has no preview, at most this long passes between two steps towards one, unless an upsampler has waited <see cref="LatePatience"/>.</summary>
    /// <value>100 ms: people do not notice a shorter wait.</value>
    public TimeSpan FirstPreviewInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long an upsampler with pictures may wait for more urgent networks.</summary>
    /// <value>0.35 s: long enough for a batch to fill, short enough that finished pictures keep coming under a rush of new ones.</value>
    public TimeSpan LatePatience { get; init; } = TimeSpan.FromSeconds(0.35);

    /// <summary>Maximum lead in device time over the least served person with which a person's pictures still decide the next network.</summary>
    /// <value>0.35 s: two steps of a large picture on two cores.</value>
    public TimeSpan MaxLead { get; init; } = TimeSpan.FromSeconds(0.35);

    /// <summary>The same for requests that have shown nothing yet. Bounded, because a person who cancels and asks again always has one.</summary>
    /// <value>1 s: several first previews on two cores.</value>
    public TimeSpan MaxPreviewLead { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Maximum credit in device time with which a person returns who has used less than the others meanwhile.</summary>
    /// <value>1.5 s: a small picture on two cores.</value>
    public TimeSpan AbsenceCredit { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How many unread events a reader may leave before previews stop being copied for it.</summary>
    /// <value>32.</value>
    public int MaxUnreadPreviews { get; init; } = 32;
}
