namespace PromptCanvas.Generation.Library;

/// <summary>Deletes all that a person made, before their account is deleted.</summary>
public interface IPersonRemoval
{
    /// <summary>What would be deleted.</summary>
    Task<PersonBelongings> CountAsync(Guid personId, CancellationToken cancellationToken);

    /// <summary>Deletes the person's pictures permanently and clears the prompts of their jobs. The rows stay, because the ledger refers to them.
    /// The files go with the next sweep; queued and running jobs must have been cancelled.</summary>
    Task RemoveAsync(Guid personId, CancellationToken cancellationToken);
}

/// <summary>What a person has in the studio.</summary>
/// <param name="Pictures">Those in the trash included.</param>
/// <param name="Shared">Pictures that the team sees.</param>
public sealed record PersonBelongings(int Pictures, int Shared, int Boards, int Comments, int Links);
