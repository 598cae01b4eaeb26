using Microsoft.AspNetCore.Components;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Change;

/// <summary>Changes a picture from one caption to another. Picture and job are part of the URL.</summary>
public sealed partial class ChangePage(IPictureQueries pictures, IUploadQueries uploads, ICurrentActor actor)
{
    private Lookup<ChangeSource> lookup;

    [SupplyParameterFromQuery(Name = "image")]
    public Guid? ImageId { get; set; }

    [SupplyParameterFromQuery(Name = "upload")]
    public Guid? UploadId { get; set; }

    [SupplyParameterFromQuery(Name = "job")]
    public Guid? JobId { get; set; }

    [SupplyParameterFromQuery(Name = "picture")]
    public Guid? PictureId { get; set; }

    // The id of the picture or upload in the address; null = none, the page offers a choice.
    private Guid? Asked => ImageId ?? UploadId;

    private bool Chooses => Asked is null || lookup.IsMissing;

    protected override async Task OnParametersSetAsync()
    {
        if (Asked is null || lookup.Value?.Id != Asked)
        {
            lookup = Lookup.Of(ImageId is { } image ? await PictureAsync(image) : UploadId is { } upload ? await UploadAsync(upload) : null);
        }
    }

    private async Task<ChangeSource?> PictureAsync(Guid id) =>
        await pictures.FindPictureAsync(await actor.GetAsync(CancellationToken.None), id, CancellationToken.None) is { } picture
            ? new ChangeSource(picture.Id, PictureAddress.Content(id), Math.Max(picture.Width, picture.Height), picture.Prompt)
            : null;

    private async Task<ChangeSource?> UploadAsync(Guid id) =>
        await uploads.FindAsync(await actor.GetAsync(CancellationToken.None), id, CancellationToken.None) is { } upload
            ? new ChangeSource(id, $"api/uploads/{id}/content", Math.Max(upload.Width, upload.Height), "")
            : null;
}
