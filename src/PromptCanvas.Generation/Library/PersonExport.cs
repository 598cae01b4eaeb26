using System.IO.Compression;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class PersonExport(IDbContextFactory<AppDbContext> databases, IPictureStore store) : IPersonExport
{
    private static readonly JsonSerializerOptions Form = new(JobJson.Options) { WriteIndented = true };

    public async Task WriteAsync(Actor actor, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var written = new ZipOutput(output);
        await using (var zip = await ZipArchive.CreateAsync(written, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
        {
            await using (var entry = await zip.CreateEntry("account.json", CompressionLevel.Optimal).OpenAsync(cancellationToken))
            {
                await entry.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(await ReadAsync(actor.PersonId, cancellationToken), Form), cancellationToken);
            }

            foreach (var id in await PicturesAsync(actor, cancellationToken))
            {
                await AddAsync(zip, id, cancellationToken);
            }
        }

        await written.FlushAsync(cancellationToken);
    }

    private async Task AddAsync(ZipArchive zip, Guid id, CancellationToken cancellationToken)
    {
        if (await store.OpenContentAsync(id, cancellationToken) is not { } content)
        {
            return;
        }

        await using var bytes = content.Stream;
        await using var entry = await zip.CreateEntry($"pictures/{id}.png", CompressionLevel.Fastest).OpenAsync(cancellationToken);
        await bytes.CopyToAsync(entry, cancellationToken);
    }

    private async Task<IReadOnlyList<Guid>> PicturesAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Pictures.VisibleTo(actor).Where(picture => picture.PersonId == actor.PersonId)
            .OrderBy(picture => picture.CreatedAt).Select(picture => picture.Id).ToListAsync(cancellationToken);
    }

    // No password hashes, keys or tokens: they are secrets, and of no use elsewhere.
    private async Task<object> ReadAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return new
        {
            Account = await database.People.Where(person => person.Id == personId)
                .Select(person => new { person.Id, person.Email, person.DisplayName, person.Role, person.CreatedAt, person.LastSignInAt, person.DefaultVisibility }).SingleAsync(cancellationToken),
            Digest = await database.PersonDigests.Where(digest => digest.PersonId == personId).Select(digest => digest.Rhythm).SingleOrDefaultAsync(cancellationToken),
            Runs = await database.Jobs.Where(job => job.PersonId == personId).OrderBy(job => job.CreatedAt)
                .Select(job => new { job.Id, job.Kind, State = job.State.ToString(), job.Prompt, job.NegativePrompt, job.Model, job.Width, job.Height, job.Count, job.Seed, job.CreatedAt }).ToListAsync(cancellationToken),
            Pictures = await database.Pictures.Where(picture => picture.PersonId == personId && picture.ContentHash != "").OrderBy(picture => picture.CreatedAt)
                .Select(picture => new { picture.Id, picture.JobId, picture.Prompt, picture.Seed, picture.Model, picture.Width, picture.Height, picture.Visibility, picture.CreatedAt, picture.DeletedAt, picture.TakenDownAt }).ToListAsync(cancellationToken),
            Boards = await database.Boards.Where(board => board.PersonId == personId).Select(board => new { board.Id, board.Name, board.Visibility }).ToListAsync(cancellationToken),
            Styles = await database.Styles.Where(style => style.PersonId == personId).Select(style => new { style.Id, style.Name, style.Visibility, style.BoardId, style.Model, style.PictureCount, style.CreatedAt }).ToListAsync(cancellationToken),
            Datasets = await database.Datasets.Where(dataset => dataset.PersonId == personId).OrderBy(dataset => dataset.CreatedAt)
                .Select(dataset => new { dataset.Id, dataset.Name, State = dataset.State.ToString(), dataset.Plan, dataset.CreatedAt, dataset.EndedAt }).ToListAsync(cancellationToken),
            BiasAudits = await database.BiasAudits.Where(audit => audit.PersonId == personId).OrderBy(audit => audit.CreatedAt)
                .Select(audit => new { audit.Id, audit.Name, State = audit.State.ToString(), audit.Plan, audit.CreatedAt, audit.EndedAt }).ToListAsync(cancellationToken),
            Favourites = await database.Favourites.Where(mark => mark.PersonId == personId).Select(mark => new { mark.ImageId, mark.At }).ToListAsync(cancellationToken),
            Comments = await database.Comments.Where(comment => comment.PersonId == personId).OrderBy(comment => comment.At)
                .Select(comment => new { comment.ImageId, comment.Text, comment.At }).ToListAsync(cancellationToken),
            Links = await database.ShareLinks.Where(link => link.PersonId == personId).Select(link => new { link.ImageId, link.BoardId, link.CreatedAt, link.ExpiresAt }).ToListAsync(cancellationToken),
            ApiKeys = await database.ApiKeys.Where(key => key.PersonId == personId).Select(key => new { key.Name, key.Prefix, key.Scopes, key.CreatedAt }).ToListAsync(cancellationToken),
            Credits = await database.Ledger.Where(entry => entry.PersonId == personId).OrderBy(entry => entry.Id)
                .Select(entry => new { entry.At, entry.Kind, entry.Amount, entry.Reason, entry.JobId, entry.ImageIndex }).ToListAsync(cancellationToken),
        };
    }
}
