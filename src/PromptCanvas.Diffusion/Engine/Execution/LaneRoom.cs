using PromptCanvas.Diffusion.Engine.Lanes;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Makes room in a full engine for people who have no picture there: pictures of others that have run no step go back to their requests.</summary>
/// <remarks>
/// The reserved lanes are enough for single newcomers. Where many people come at once, each with several pictures, the first of them fill the engine,
/// and the last would see nothing until pictures of the first were finished. A picture made later is the same: its noise depends on its seed alone.
/// </remarks>
internal static class LaneRoom
{
    /// <param name="requests">All requests.</param>
    /// <param name="lanes">The lanes; those that go back are removed.</param>
    /// <param name="maxLanes">How many lanes are a full engine.</param>
    public static void Make(IReadOnlyList<ActiveRequest> requests, List<Lane> lanes, int maxLanes)
    {
        if (lanes.Count < maxLanes)
        {
            return;
        }

        var held = lanes.CountBy(PersonOf).ToDictionary();
        var without = requests.Where(request => request.HasNextLane).Select(request => request.Request.Person).Where(person => !held.ContainsKey(person)).Distinct().Count();
        for (; without > 0; without--)
        {
            var last = lanes.Where(lane => lane is { HasRun: false, IsResumed: false, Preparation: null } && held[PersonOf(lane)] > 1)
                .MaxBy(lane => (held[PersonOf(lane)], lane.Request.Arrival, lane.ImageIndex));
            if (last is null)
            {
                return;
            }

            held[PersonOf(last)]--;
            lanes.Remove(last);
            last.Request.PutBack(last);
        }
    }

    private static string PersonOf(Lane lane) => lane.Request.Request.Person;
}
