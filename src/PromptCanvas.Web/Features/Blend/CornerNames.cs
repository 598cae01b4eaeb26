using Microsoft.Extensions.Localization;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Blend;

/// <summary>The display names of corners.</summary>
public sealed class CornerNames(IPictureQueries pictures, IUploadQueries uploads, IStringLocalizer<Texts> texts)
{
    /// <returns>Null for pictures that the person may not see.</returns>
    public async Task<string?> FindAsync(Actor person, Corner corner, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(corner);
        if (corner.Picture is { } picture)
        {
            return await pictures.FindPictureAsync(person, picture, cancellationToken) is { } found ? texts.Title(found.Prompt, found.Kind) : null;
        }

        return corner.Upload is { } upload
            ? await uploads.FindAsync(person, upload, cancellationToken) is null ? null : texts["BlendUpload"].Value
            : corner.Text;
    }
}
