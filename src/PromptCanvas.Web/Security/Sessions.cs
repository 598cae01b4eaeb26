namespace PromptCanvas.Web.Security;

/// <summary>Applies changes to a person's account to open sessions at once, on every node.</summary>
internal sealed class Sessions(PersonStates states, LiveConnections connections, SessionNews news)
{
    /// <summary>Invalidates the cached state, so that the next request reads the current one.</summary>
    public void Refresh(Guid personId)
    {
        states.Forget(personId);
        news.Tell(personId, ends: false);
    }

    /// <summary>Invalidates the cached state and aborts the open connections.</summary>
    public void End(Guid personId)
    {
        states.Forget(personId);
        connections.Cut(personId);
        news.Tell(personId, ends: true);
    }
}
