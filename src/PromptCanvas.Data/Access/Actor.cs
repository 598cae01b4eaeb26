using PromptCanvas.Data.People;

namespace PromptCanvas.Data.Access;

/// <summary>The signed-in person, with the properties that access checks need.</summary>
/// <param name="Role">One of <see cref="PersonRoles"/>.</param>
public sealed record Actor(Guid PersonId, string Role)
{
    public bool IsAdministrator => Role == PersonRoles.Administrator;

    /// <summary>Whether the person may create pictures.</summary>
    public bool MayMake => Role is PersonRoles.Administrator or PersonRoles.Member;
}
