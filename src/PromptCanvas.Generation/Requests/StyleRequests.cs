using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Requests;

/// <summary>Fills requests that name a style in with its direction, so that a job can be made again whatever becomes of the style.</summary>
internal sealed class StyleRequests(IDbContextFactory<AppDbContext> databases, IEngineProvider engines)
{
    /// <summary>The same request; with the style itself if it names one.</summary>
    public async Task<Result<NewJob>> CompleteAsync(NewJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.StyleOf is { } earlier)
        {
            return await RepeatAsync(job, earlier, cancellationToken);
        }

        if (job.Style is not { } choice)
        {
            return job;
        }

        if (job.Operation.WithoutStyle(job.Prompt) is { } reason)
        {
            return new InvalidInput("style", reason);
        }

        return (await FindAsync(new Actor(job.PersonId ?? Guid.Empty, job.Role ?? PersonRoles.Member), choice, job.Model, cancellationToken)).TryGet(out var style, out var refusal)
            ? job with { Overrides = job.Overrides with { Style = style } }
            : refusal;
    }

    private async Task<Result<NewJob>> RepeatAsync(NewJob job, Guid earlier, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var overrides = await database.Jobs.Where(row => row.Id == earlier && row.PersonId == job.PersonId).Select(row => row.Overrides).SingleOrDefaultAsync(cancellationToken);
        return overrides is null
            ? new NotFound("There is no job with this id.")
            : job with { Overrides = job.Overrides with { Style = JobJson.Read<RecipeOverrides>(overrides)?.Style } };
    }

    /// <summary>A style that the actor may use, for the engine.</summary>
    /// <param name="model">The model of the request; null = the default.</param>
    public async Task<Result<PictureStyle>> FindAsync(Actor actor, StyleChoice choice, string? model, CancellationToken cancellationToken)
    {
        if (RequestRules.StyleWeight(choice.Weight) is { } problem)
        {
            return new InvalidInput("styleWeight", problem);
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var found = await database.Styles.VisibleTo(actor, database.Boards).Where(style => style.Id == choice.Id)
            .Select(style => new { style.Name, style.Model, style.Direction, style.HalfReach }).SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return StyleChoice.Missing(choice.Id.ToString());
        }

        return found.Model == (model ?? engines.DefaultModel)
            ? new PictureStyle(found.Name, MemoryMarshal.Cast<byte, float>(found.Direction).ToArray(), choice.Weight) { Id = choice.Id, HalfReach = found.HalfReach }
            : new InvalidInput("style", $"The style {found.Name} was made for the model {found.Model}; choose that model, or make the style again for this one.");
    }
}
