namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>The device time each person has had, so that turns are shared between people and not between requests.</summary>
internal sealed class PersonShares
{
    private readonly Dictionary<string, double> served = [];

    /// <summary>Seconds of the device.</summary>
    public double Of(string person) => served.GetValueOrDefault(person);

    /// <summary>Books device time on a person.</summary>
    public void Charge(string person, double seconds) => served[person] = Of(person) + seconds;

    /// <summary>Adds a person at the level of those present, so that absence earns no credit, and removes those who left.</summary>
    /// <param name="person">The person who arrives.</param>
    /// <param name="present">The people whose requests are in the engine.</param>
    public void Arrive(string person, IReadOnlySet<string> present)
    {
        foreach (var gone in served.Keys.Where(known => !present.Contains(known)).ToList())
        {
            served.Remove(gone);
        }

        if (!present.Contains(person))
        {
            served[person] = served.Count == 0 ? 0 : served.Values.Min();
        }
    }
}
