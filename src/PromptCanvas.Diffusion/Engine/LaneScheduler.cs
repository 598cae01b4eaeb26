namespace PromptCanvas.Diffusion.Engine;

/// <summary>Whose turn it is: a picture nobody has seen yet first, then whoever was served least, then the order of arrival.</summary>
/// <remarks>Service is measured in seconds of the device, between people and not between requests.</remarks>
internal sealed class LaneScheduler
{
    private readonly Dictionary<string, double> served = [];

    /// <summary>Orders lanes by whose turn it is.</summary>
    public List<Lane> InTurn(IEnumerable<Lane> lanes)
    {
        var ordered = new List<Lane>(lanes);
        ordered.Sort(Compare);
        return ordered;
    }

    /// <summary>The request that may bring its next picture onto the device; null when none waits.</summary>
    public ActiveRequest? NextToAdmit(IEnumerable<ActiveRequest> requests)
    {
        ActiveRequest? best = null;
        foreach (var request in requests)
        {
            if (request.HasNextLane && (best is null || CompareRequests(request, best) < 0))
            {
                best = request;
            }
        }

        return best;
    }

    /// <summary>Books device time on a person.</summary>
    public void Charge(string person, double seconds) => served[person] = served.GetValueOrDefault(person) + seconds;

    /// <summary>Lets a person in at the level of those already here, so that absence earns no credit, and forgets those who left.</summary>
    /// <param name="person">Who arrives.</param>
    /// <param name="present">The people whose requests are on the device.</param>
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

    private int Compare(Lane left, Lane right)
    {
        var byPreview = left.HasPreview.CompareTo(right.HasPreview);
        if (byPreview != 0)
        {
            return byPreview;
        }

        var byRequest = CompareRequests(left.Request, right.Request);
        return byRequest != 0 ? byRequest : left.ImageIndex.CompareTo(right.ImageIndex);
    }

    private int CompareRequests(ActiveRequest left, ActiveRequest right)
    {
        var byService = served.GetValueOrDefault(left.Request.Person).CompareTo(served.GetValueOrDefault(right.Request.Person));
        return byService != 0 ? byService : left.Arrival.CompareTo(right.Arrival);
    }
}
