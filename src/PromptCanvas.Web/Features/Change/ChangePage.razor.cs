using Microsoft.AspNetCore.Components;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Change;

/// <summary>Changes a picture from one caption to another. Picture and job are part of the URL.</summary>
public sealed partial class ChangePage(IPictureQueries pictures, IUploads uploads, ICurrentActor actor)
{
    private ChangeSource? source;
    private bool missing;

    [SupplyParameterFromQuery(Name = "image")]
    public Guid? ImageId { get; set; }

    [SupplyParameterFromQuery(Name = "upload")]
    public Guid? UploadId { get; set; }

    [SupplyParameterFromQuery(Name = "job")]
    public Guid? JobId { get; set; }

    [SupplyParameterFromQuery(Name = "picture")]
    public Guid? PictureId { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (source is not null && source.Id == (ImageId ?? UploadId))
        {
            return;
        }

        source = ImageId is { } image ? await PictureAsync(image) : UploadId is { } upload ? await UploadAsync(upload) : null;
        missing = source is null && (ImageId ?? UploadId) is not null;
    }

    private async Task<ChangeSource?> PictureAsync(Guid id) =>
        await pictures.FindPictureAsync(await actor.GetAsync(CancellationToken.None), id, CancellationToken.None) is { } picture
            ? new ChangeSource(picture.Id, PictureAddress.Content(id), picture.Prompt)
            : null;

    private async Task<ChangeSource?> UploadAsync(Guid id) =>
        await uploads.FindAsync(await actor.GetAsync(CancellationToken.None), id, CancellationToken.None) is not null
            ? new ChangeSource(id, $"/api/uploads/{id}/content", "")
            : null;
}
