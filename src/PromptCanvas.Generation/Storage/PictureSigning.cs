using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Provenance;
using PromptCanvas.Provenance.Manifests;

namespace PromptCanvas.Generation.Storage;

/// <summary>Signs the studio's pictures with what the database knows about them.</summary>
internal sealed class PictureSigning(IDbContextFactory<AppDbContext> databases, SigningKeys keys, IOptionsMonitor<ProvenanceOptions> options)
{
    /// <summary>Kinds whose pictures keep a part of their source.</summary>
    internal static readonly string[] Composites = [JobKinds.Edit, JobKinds.Erase, JobKinds.Extend];

    /// <summary>Whether files may contain how they were made.</summary>
    public bool Embeds => options.CurrentValue.Embed;

    /// <summary>Whether files are signed now.</summary>
    public async Task<bool> IsOnAsync(CancellationToken cancellationToken) =>
        options.CurrentValue is { Embed: true, Sign: true } && await keys.CurrentAsync(cancellationToken) is not null;

    /// <summary>Signs a picture that is about to be stored.</summary>
    /// <param name="png">The encoded picture; returned as it is if files are not signed.</param>
    /// <param name="kind">The picture's kind.</param>
    public async Task<byte[]> SignNewAsync(byte[] png, Job job, string kind, PictureText text, DateTimeOffset createdAt, CancellationToken cancellationToken)
    {
        if (options.CurrentValue is not { Embed: true, Sign: true } || await keys.CurrentAsync(cancellationToken) is not { } identity)
        {
            return png;
        }

        var story = await TellAsync(job.Id, new PictureRecipe(kind, job.Model, text.Prompt, text.Seed, text.Recipe), createdAt, cancellationToken);
        return PictureSigner.Sign(png, story, identity);
    }

    /// <summary>Signs another form of a stored picture.</summary>
    /// <param name="isTold">False for people who must not learn the prompt: then how it was made is left out, and only that a model made it stays.</param>
    /// <param name="form">The form; returned as it is if there is no key.</param>
    public async Task<byte[]> SignFormAsync(Guid imageId, byte[] form, bool isTold, FileChange changes, CancellationToken cancellationToken)
    {
        if (await keys.CurrentAsync(cancellationToken) is not { } identity)
        {
            return form;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var picture = await database.Pictures.AsNoTracking().Where(row => row.Id == imageId)
            .Select(row => new { row.JobId, row.Kind, row.Model, row.Prompt, row.Seed, row.Recipe, row.CreatedAt }).SingleAsync(cancellationToken);
        var story = await TellAsync(picture.JobId, new PictureRecipe(picture.Kind, picture.Model, picture.Prompt, (uint)picture.Seed, picture.Recipe), picture.CreatedAt, cancellationToken);
        return PictureSigner.Sign(form, (isTold ? story : story with { Recipe = null, Sources = [] }) with { Changes = changes }, identity);
    }

    private async Task<PictureStory> TellAsync(Guid jobId, PictureRecipe recipe, DateTimeOffset createdAt, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var sources = await database.JobInputs.Where(input => input.JobId == jobId && !JobInputRoles.NoParents.Contains(input.Role)).OrderBy(input => input.Slot)
            .Select(input => new SourcePicture(input.ImageId ?? input.UploadId, input.ContentHash)).ToListAsync(cancellationToken);
        return new PictureStory(PictureText.Product, PictureText.Version, createdAt)
        {
            IsComposite = Composites.Contains(recipe.Kind),
            Sources = sources,
            Recipe = recipe,
        };
    }
}
