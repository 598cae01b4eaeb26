using Microsoft.AspNetCore.Components;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Edit;

/// <summary>The Edit page. The picture is part of the URL, so that links and Back work.</summary>
public sealed partial class EditPage(IPictureQueries pictures, IUploadQueries uploads, ICurrentActor actor)
{
    private Lookup<EditSource> lookup;
    private Guid? reading;

    [SupplyParameterFromQuery(Name = "image")]
    public Guid? ImageId { get; set; }

    [SupplyParameterFromQuery(Name = "upload")]
    public Guid? UploadId { get; set; }

    /// <summary>The prompt stored in an uploaded picture.</summary>
    [SupplyParameterFromQuery(Name = "prompt")]
    public string? Prompt { get; set; }

    [SupplyParameterFromQuery(Name = "job")]
    public Guid? JobId { get; set; }

    // The id of the picture or upload in the address; null = none, the page offers a choice.
    private Guid? Asked => ImageId ?? UploadId;

    private bool Chooses => Asked is null || lookup.IsMissing;

    protected override async Task OnParametersSetAsync()
    {
        if (Asked is not { } asked)
        {
            (reading, lookup) = (null, Lookup.Of<EditSource>(null));
        }
        else if (asked != reading)
        {
            // Until the read has finished, the picture does not count as missing. An earlier read must not replace a later one.
            (reading, lookup) = (asked, default);
            var found = ImageId is null ? await UploadAsync(asked) : await PictureAsync(asked);
            lookup = asked == reading ? Lookup.Of(found) : lookup;
        }
    }

    private async Task<EditSource?> PictureAsync(Guid id) =>
        await pictures.FindPictureAsync(await actor.GetAsync(CancellationToken.None), id, CancellationToken.None) is { } picture
            ? new EditSource(picture.Id, PictureAddress.Content(id), picture.Width, picture.Height)
            : null;

    private async Task<EditSource?> UploadAsync(Guid id) =>
        await uploads.FindAsync(await actor.GetAsync(CancellationToken.None), id, CancellationToken.None) is { } upload
            ? new EditSource(upload.Id, $"api/uploads/{id}/content", upload.Width, upload.Height) { Suggestion = Prompt }
            : null;
}
