using PromptCanvas.Data.People;

namespace PromptCanvas.Data.Access;

/// <summary>Somebody signed in, as far as it matters for what they may see and do.</summary>
/// <param name="Role">One of <see cref="PersonRoles"/>.</param>
public sealed record Actor(Guid PersonId, string Role)
{
    public bool IsAdministrator => Role == PersonRoles.Administrator;

    /// <summary>Whether they may make pictures.</summary>
    public bool MayMake => Role is PersonRoles.Administrator or PersonRoles.Member;
}
