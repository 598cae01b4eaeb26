namespace PromptCanvas.Web.Security;

/// <summary>Makes what was changed about a person count now instead of in a moment.</summary>
internal sealed class Sessions(PersonStates states, LiveConnections connections)
{
    /// <summary>The next request sees the person as they are now.</summary>
    public void Refresh(Guid personId) => states.Forget(personId);

    /// <summary>The same, and open lines are cut.</summary>
    public void End(Guid personId)
    {
        states.Forget(personId);
        connections.Cut(personId);
    }
}
