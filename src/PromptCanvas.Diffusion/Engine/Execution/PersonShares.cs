namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>The device time each person has had, so that turns are shared between people and not between requests.</summary>
/// <remarks>
/// Levels are those of start-time fair queueing (Goyal, Vin, Cheng 1996, section 2), with a memory: a person who returns keeps a
/// lead, so that cancelling and asking again gains nothing, and has a bounded credit for the time away, so that an occasional small
/// picture is not as slow as one of many.
/// </remarks>
/// <param name="credit">Maximum credit for absence, in seconds of the device.</param>
internal sealed class PersonShares(double credit)
{
    // Bounds the memory of an engine that serves people without end; a studio has far fewer.
    private const int MaximumKnown = 4096;

    private readonly Dictionary<string, double> served = [];
    private double level;

    /// <summary>Seconds of the device.</summary>
    public double Of(string person) => served.GetValueOrDefault(person);

    /// <summary>Books device time on a person.</summary>
    public void Charge(string person, double seconds) => served[person] = Of(person) + seconds;

    /// <summary>Adds a person: a new one at the level of those present, so that newcomers without end cannot hold up the others.</summary>
    /// <param name="person">The person who arrives.</param>
    /// <param name="present">The people whose requests are in the engine.</param>
    public void Arrive(string person, IReadOnlySet<string> present)
    {
        if (present.Contains(person))
        {
            return;
        }

        if (served.Count > MaximumKnown)
        {
            foreach (var gone in served.Keys.Where(known => !present.Contains(known)).ToList())
            {
                served.Remove(gone);
            }
        }

        // An idle engine forgives every lead: nobody waited for it.
        level = Math.Max(level, present.Count > 0 ? present.Min(Of) : served.Values.DefaultIfEmpty().Max());
        served[person] = served.TryGetValue(person, out var before) ? Math.Max(before, level - credit) : level;
    }
}
