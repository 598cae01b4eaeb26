using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Requests;

/// <summary>A picture in which a draft is being finished, or was finished.</summary>
/// <param name="State">Queued, running or done.</param>
/// <param name="ImageId">The finished picture; null until it is done.</param>
internal sealed record DraftFinishing(Guid Draft, JobPictureState State, Guid? ImageId)
{
    /// <summary>At most one for each draft: a picture that failed or was cancelled sets its draft free.</summary>
    public static IQueryable<DraftFinishing> Of(AppDbContext database, IReadOnlyCollection<Guid> drafts) =>
        from input in database.JobInputs
        where input.Role == JobInputRoles.Draft && input.ImageId != null && drafts.Contains(input.ImageId.Value)
        join picture in database.JobPictures on new { input.JobId, Index = input.Slot } equals new { picture.JobId, Index = picture.ImageIndex }
        where picture.State == JobPictureState.Queued || picture.State == JobPictureState.Running || picture.State == JobPictureState.Done
        select new DraftFinishing(input.ImageId!.Value, picture.State, picture.ImageId);
}
