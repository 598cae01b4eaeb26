namespace PromptCanvas.Generation.Library;

/// <summary>Deletes a person's pictures before their account is deleted.</summary>
public interface IPersonRemoval
{
    /// <summary>Counts the pictures that would be deleted.</summary>
    Task<PersonBelongings> CountAsync(Guid personId, CancellationToken cancellationToken);

    /// <summary>Deletes the person's pictures permanently and clears the prompts of their jobs. The rows stay, because the ledger refers to them.
    /// The files go with the next sweep; queued and running jobs must have been cancelled.</summary>
    Task RemoveAsync(Guid personId, CancellationToken cancellationToken);
}

/// <summary>The number of a person's pictures.</summary>
/// <param name="Pictures">All pictures, including those in the trash.</param>
/// <param name="Shared">Pictures that are shared with the team.</param>
public sealed record PersonBelongings(int Pictures, int Shared, int Boards, int Comments, int Links);
