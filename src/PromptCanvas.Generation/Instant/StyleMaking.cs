using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Boards;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Instant;

/// <inheritdoc/>
internal sealed class StyleMaking(
    IDbContextFactory<AppDbContext> databases, IEngineProvider engines, InstantDrawings drawings, InstantEmbeddings embeddings, PictureStyles styles) : IStyleMaking
{
    public async Task<Result<StyleMade>> MakeAsync(Actor actor, NewStyle asked, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(asked);
        if ((CheckRole(actor) && PictureStyles.CheckName(asked.Name)).Refusal is { } problem)
        {
            return problem;
        }

        var model = asked.Model ?? engines.DefaultModel;
        if (!engines.Models.Contains(model, StringComparer.Ordinal))
        {
            return new InvalidInput("model", $"There is no model called {Excerpt.Of(model)}.");
        }

        if (!(await FindAsync(actor, asked, cancellationToken)).TryGet(out var sources, out var missing))
        {
            return missing;
        }

        var name = TextRules.Normalize(asked.Name.Trim());
        var named = new NewJob { IdempotencyKey = "style", PersonId = actor.PersonId, Role = actor.Role, Prompt = name };
        var made = await drawings.DrawAsync(actor, model, named, (engine, token) => MeasureAsync(engine, actor, sources, token), cancellationToken);
        return made.TryGet(out var style, out var refusal)
            ? new StyleMade(await styles.AddAsync(actor, new MadeStyle(name, model, asked.Board, style.Direction, style.HalfReach, sources.Count), cancellationToken), style.ShowsAtHalf)
            : refusal is Superseded ? new WrongState("A preview of yours was drawn meanwhile; make the style again.") : refusal;
    }

    private static Result CheckRole(Actor actor) => actor.MayMake
        ? Result.Done
        : new Forbidden("Your role allows viewing pictures, not making styles of them. Ask an administrator for another role.");

    private async Task<Result<IReadOnlyList<StyleSource>>> FindAsync(Actor actor, NewStyle asked, CancellationToken cancellationToken)
    {
        if (asked.Board is null && asked.Pictures.Count > IStyleMaking.MostPictures)
        {
            return new InvalidInput("pictures", $"A style is made of at most {IStyleMaking.MostPictures} pictures; choose fewer than {asked.Pictures.Count}.");
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (asked.Board is { } board && !await database.Boards.VisibleTo(actor).AnyAsync(row => row.Id == board, cancellationToken))
        {
            return new NotFound($"There is no board with the id {board}.");
        }

        var sources = await Named(database, actor, asked).Select(picture => new StyleSource(picture.ContentHash, picture.Prompt)).Take(IStyleMaking.MostPictures).ToListAsync(cancellationToken);
        if (asked.Board is null && sources.Count < asked.Pictures.Distinct().Count())
        {
            return new NotFound("One of these pictures does not exist, or has no caption.");
        }

        return sources.Count < IStyleMaking.FewestPictures
            ? new InvalidInput("pictures", $"A style needs at least {IStyleMaking.FewestPictures} pictures with captions; here are {sources.Count}.")
            : sources;
    }

    // The newest first, with a caption: a style is what pictures have beyond it.
    private static IQueryable<Picture> Named(AppDbContext database, Actor actor, NewStyle asked)
    {
        var (board, ids) = (asked.Board, asked.Pictures);
        var pictures = database.Pictures.VisibleTo(actor).Where(picture => picture.Prompt != "");
        return board is null
            ? pictures.Where(picture => ids.Contains(picture.Id)).OrderByDescending(picture => picture.CreatedAt).ThenBy(picture => picture.Id)
            : OnBoard(pictures, database.BoardPictures.Where(place => place.BoardId == board));
    }

    private static IQueryable<Picture> OnBoard(IQueryable<Picture> pictures, IQueryable<BoardPicture> places) =>
        pictures.Join(places, picture => picture.Id, place => place.ImageId, (picture, place) => new { picture, place.At })
            .OrderByDescending(pair => pair.At).ThenBy(pair => pair.picture.Id).Select(pair => pair.picture);

    private async Task<Result<CalibratedStyle>> MeasureAsync(IImageEngine engine, Actor actor, IReadOnlyList<StyleSource> sources, CancellationToken cancellationToken)
    {
        var subjects = StyleCaptions.Subjects([.. sources.Select(source => source.Caption)]);
        var (pictures, captions) = (new List<float[]>(), new List<StyleCaption>());
        for (var index = 0; index < sources.Count; index++)
        {
            if (await embeddings.PictureAsync(engine, sources[index].ContentHash, cancellationToken) is not EmbeddingInput { Embedding: var picture })
            {
                return new InvalidInput("model", "This model cannot read pictures (it has no image encoder), so it has no styles; choose another model.");
            }

            // Each caption has a seed of its own, so that the noise of the prior averages out.
            if (await embeddings.PhraseAsync(engine, actor.PersonId, new Phrase(subjects[index], (uint)index), cancellationToken) is not { } caption)
            {
                return new Unavailable("The captions of these pictures could not be read; try again.");
            }

            pictures.Add(picture);
            captions.Add(new StyleCaption(subjects[index], (uint)index, caption));
        }

        return engines.EmbedderOf(engine) is { } embedder
            ? await new StyleCalibration(engine, embedder) { Person = actor.PersonId.ToString() }.MeasureAsync(pictures, captions, cancellationToken)
            : new CalibratedStyle(StyleSpace.Direction(pictures, captions.ConvertAll(caption => caption.Embedding)), StyleSpace.HalfReach);
    }

    private sealed record StyleSource(string ContentHash, string Caption);
}
