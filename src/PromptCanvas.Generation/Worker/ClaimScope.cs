using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Worker;

/// <summary>The queued jobs that this worker may claim now.</summary>
/// <param name="Models">The models that it has; null = every job.</param>
/// <param name="Elsewhere">Those of them that it would have to load while another worker has them in memory.</param>
/// <param name="Overdue">Jobs of <paramref name="Elsewhere"/> that the other workers left for so long that this one takes them.</param>
internal sealed record ClaimScope(IReadOnlyList<string>? Models, IReadOnlyList<string> Elsewhere, IReadOnlyList<Guid> Overdue)
{
    public static ClaimScope Everything { get; } = new(null, [], []);

    public static ClaimScope Nothing { get; } = new([], [], []);

    /// <summary>The scope for jobs that were part of a crash: they wait for no other worker.</summary>
    public ClaimScope Urgent => this with { Elsewhere = [], Overdue = [] };

    public IQueryable<Job> Of(IQueryable<Job> jobs)
    {
        jobs = Models is null ? jobs : jobs.Where(job => Models.Contains(job.Model));
        return Elsewhere.Count == 0 ? jobs : jobs.Where(job => !Elsewhere.Contains(job.Model) || Overdue.Contains(job.Id));
    }

    /// <summary>The same as a condition of the claim's statement.</summary>
    /// <param name="values">The statement's parameters, to which its own are added.</param>
    public string ToSql(List<object> values)
    {
        var models = Models is null ? "" : $"AND \"Model\" IN ({Add(values, Models)})";
        var loaded = Elsewhere.Count == 0 ? "" : $"AND (\"Model\" NOT IN ({Add(values, Elsewhere)}) OR \"Id\" IN ({Add(values, Overdue.Cast<object>())}))";
        return $"{models} {loaded}";
    }

    /// <summary>Adds parameters; a list without any is NULL, which nothing is in.</summary>
    private static string Add(List<object> values, IEnumerable<object> added)
    {
        var from = values.Count;
        values.AddRange(added);
        return values.Count == from ? "NULL" : string.Join(", ", Enumerable.Range(from, values.Count - from).Select(index => $"{{{index}}}"));
    }
}
