using Microsoft.Extensions.Localization;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Bias;

/// <summary>Reports as files, in the language of the page that asks; in English for programs.</summary>
internal sealed class BiasDownloads(IBiasAudits audits, IPictureStore store, IStringLocalizer<Texts> texts)
{
    public async Task<Result<string>> CsvAsync(Actor actor, Guid auditId, CancellationToken cancellationToken) =>
        (await audits.FindAsync(actor, auditId, cancellationToken)).TryGet(out var detail, out var refusal) ? BiasCsv.Write(BiasWords.OfExports(texts), detail.Report) : refusal;

    /// <summary>With the thumbnails that the actor may see.</summary>
    public async Task<Result<string>> HtmlAsync(Actor actor, Guid auditId, CancellationToken cancellationToken)
    {
        if (!(await audits.FindAsync(actor, auditId, cancellationToken)).TryGet(out var detail, out var refusal))
        {
            return refusal;
        }

        var pictures = new Dictionary<Guid, byte[]>();
        foreach (var id in detail.Visible)
        {
            if (await store.OpenThumbnailAsync(actor, id, cancellationToken) is { } file)
            {
                await using var stream = file.Stream;
                var bytes = new byte[file.Length];
                await stream.ReadExactlyAsync(bytes, cancellationToken);
                pictures[id] = bytes;
            }
        }

        return BiasHtml.Write(BiasWords.OfExports(texts), detail.Plan, detail.Report, pictures);
    }
}
