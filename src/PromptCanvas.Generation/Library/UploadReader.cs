using Microsoft.Extensions.Options;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Library;

/// <summary>Decodes uploaded files. People take turns; waiting files are kept on disk.</summary>
internal sealed class UploadReader(UploadSpool spool, StoredPictures pictures, IOptionsMonitor<QuotaOptions> options)
{
    private const int LargestFile = 20 * 1024 * 1024;

    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, or too large.</exception>
    public async Task<Result<ImportedPicture>> ReadAsync(Actor actor, Stream content, CancellationToken cancellationToken)
    {
        await using var spooled = await spool.TakeAsync(content, LargestFile, cancellationToken);
        if (spooled is null)
        {
            return new TooLarge($"The file is larger than {LargestFile / 1024 / 1024} MB.");
        }

        using var turn = await pictures.EnterAsync(actor.PersonId, options.CurrentValue.WaitingUploads, cancellationToken);
        if (turn is null)
        {
            return new TooManyUploads("Your earlier uploads are still being read; wait for one of them.");
        }

        // Read into memory only while a decoder is held.
        var encoded = new byte[spooled.Length];
        await spooled.ReadExactlyAsync(encoded, cancellationToken);
        return await Task.Run(() => PictureImport.ToPng(encoded), cancellationToken);
    }

    /// <summary>Runs a decoder when it is this person's turn.</summary>
    public async Task<Result<ImportedPicture>> ReadAsync(Actor actor, Func<ImportedPicture> decode, CancellationToken cancellationToken) =>
        await pictures.DecodeAsync(actor.PersonId, decode, cancellationToken);
}
