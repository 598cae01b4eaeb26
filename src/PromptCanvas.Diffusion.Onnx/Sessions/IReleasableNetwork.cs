namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>A network whose weights can be freed while it does not run; its next run loads them again.</summary>
internal interface IReleasableNetwork
{
    /// <summary>The component's folder name.</summary>
    string Name { get; }

    /// <summary>Whether its linear layers have 8-bit weights.</summary>
    bool IsQuantized { get; }

    /// <summary>Whether the weights have been loaded. Does not wait for a network that is being loaded.</summary>
    bool IsLoaded { get; }

    /// <summary>When it last ran, as a timestamp of the clock.</summary>
    long LastUse { get; }

    /// <summary>Frees the weights unless the network is running or being loaded.</summary>
    /// <returns>Whether it had weights to free.</returns>
    bool TryRelease();

    /// <summary>Frees the weights when the network has been idle for this time.</summary>
    void ReleaseIfIdle(TimeSpan keep);
}
