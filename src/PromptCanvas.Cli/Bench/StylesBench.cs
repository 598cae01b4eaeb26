using System.Runtime.CompilerServices;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Cli.Bench;

/// <summary>Measures what styles do to other prompts: how much nearer to the style's board their pictures come, and how much further from the prompt.</summary>
internal sealed class StylesBench(ModelSession session, int pictures, uint seed)
{
    private const uint BoardSeed = 1000;

    /// <summary>What the boards show.</summary>
    private static readonly string[] Subjects =
    [
        "red cube", "blue sphere", "green star", "purple heart", "yellow cylinder", "orange cone", "pink circle", "brown pyramid", "blue triangle", "green ring",
    ];

    private static readonly string[] Others =
        ["purple cube", "green sphere", "black star", "red heart", "blue cylinder", "brown ring", "yellow pyramid", "pink cone"];

    /// <summary>Boards whose captions name the style, and boards whose captions do not. No constant of <see cref="StyleCalibration"/> was fitted to the last two.</summary>
    private static readonly Board[] Boards =
    [
        new("pencil sketches", subject => $"a pencil sketch of a {subject}", subject => $"a pencil sketch of a {subject}"),
        new("pixel art", subject => $"pixel art of a {subject}", subject => $"pixel art of a {subject}"),
        new("night skies", subject => $"a {subject} under a night sky", subject => $"a {subject} under a night sky"),
        new("snow, not in the captions", subject => $"a {subject} in the snow", Plain),
        new("beaches", subject => $"a {subject} on a beach", subject => $"a {subject} on a beach"),
        new("meadows, not in the captions", subject => $"a {subject} in a meadow", Plain),
    ];

    /// <summary>Measures each board's style at each weight.</summary>
    public async IAsyncEnumerable<StyleRow> RunAsync(
        IReadOnlyList<double> weights, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var board in Boards)
        {
            var drawn = await DrawBoardAsync(board, cancellationToken).ConfigureAwait(false);
            var made = await StyleFolder.MakeAsync(session, drawn, [.. Subjects.Select(board.Caption)], cancellationToken).ConfigureAwait(false);
            var style = new PictureStyle(board.Name, made.Direction, 0) { HalfReach = made.HalfReach };
            var plain = await MeasureAsync(drawn, Plain, null, cancellationToken).ConfigureAwait(false);
            foreach (var weight in weights)
            {
                yield return Row(weight, await MeasureAsync(drawn, Plain, style with { Weight = weight }, cancellationToken).ConfigureAwait(false));
            }

            yield return Row(null, await MeasureAsync(drawn, board.Draws, null, cancellationToken).ConfigureAwait(false));

            StyleRow Row(double? weight, (double ToBoard, double ToPrompt) styled) =>
                new(board.Name, weight, plain.ToBoard, styled.ToBoard, plain.ToPrompt, styled.ToPrompt, Others.Length * pictures) { HalfReach = made.HalfReach, ShowsAtHalf = made.ShowsAtHalf };
        }
    }

    /// <summary>The CLIP embeddings of the board's pictures.</summary>
    private async Task<List<float[]>> DrawBoardAsync(Board board, CancellationToken cancellationToken)
    {
        var images = new List<float[]>();
        for (var index = 0; index < Subjects.Length; index++)
        {
            var picture = (await DrawAsync(board.Draws(Subjects[index]), BoardSeed + (uint)index, 1, null, cancellationToken).ConfigureAwait(false))[0];
            images.Add((await EmbedAsync([picture], cancellationToken).ConfigureAwait(false))[0]);
        }

        return images;
    }

    /// <summary>The mean similarity of the pictures of other things to the board's pictures, and to the things' plain prompts.</summary>
    private async Task<(double ToBoard, double ToPrompt)> MeasureAsync(
        List<float[]> board, Func<string, string> prompt, PictureStyle? style, CancellationToken cancellationToken)
    {
        var (toBoard, toPrompt) = (new List<double>(), new List<double>());
        foreach (var (index, thing) in Others.Index())
        {
            // With seeds of its own: pictures of one seed have the same ground, and lose it together.
            var made = await DrawAsync(prompt(thing), unchecked(seed + (uint)(index * pictures)), pictures, style, cancellationToken).ConfigureAwait(false);
            var text = (await session.Engine.EmbedAsync([new TextInput(Plain(thing))], cancellationToken).ConfigureAwait(false))[0];
            foreach (var picture in await EmbedAsync(made, cancellationToken).ConfigureAwait(false))
            {
                toBoard.Add(board.Average(other => EmbeddingSpace.Cosine(other, picture)));
                toPrompt.Add(EmbeddingSpace.Cosine(text, picture));
            }
        }

        return (toBoard.Average(), toPrompt.Average());
    }

    private static string Plain(string thing) => $"a {thing}";

    private Task<IReadOnlyList<float[]>> EmbedAsync(List<ImageCompleted> made, CancellationToken cancellationToken) =>
        session.Engine.EmbedAsync([.. made.Select(picture => new ImageInput(picture.Image.ToSource()))], cancellationToken);

    private async Task<List<ImageCompleted>> DrawAsync(string prompt, uint first, int count, PictureStyle? style, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            Prompt = prompt,
            Seed = first,
            Count = count,
            Size = session.Model.Decoder.ImageSize,
            PreviewsWanted = _ => false,
            Overrides = new RecipeOverrides { Style = style },
        };
        var made = new List<ImageCompleted>();
        await foreach (var value in session.Engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (value is ImageCompleted picture)
            {
                made.Add(picture);
            }
        }

        return made;
    }

    /// <param name="Draws">The prompt of a subject's picture.</param>
    /// <param name="Caption">The caption that the picture has on the board.</param>
    private sealed record Board(string Name, Func<string, string> Draws, Func<string, string> Caption);
}

/// <summary>What a style does at a weight: mean cosines by the model's own CLIP.</summary>
/// <param name="Board">What the style's pictures have in common.</param>
/// <param name="Weight">−1 … 1; null = no style, but a prompt that names it.</param>
/// <param name="PlainToBoard">Of pictures without the style to the board's pictures.</param>
/// <param name="ToBoard">Of pictures with the style to them.</param>
/// <param name="PlainToPrompt">Of pictures without the style to their prompts.</param>
/// <param name="ToPrompt">Of pictures with the style to them.</param>
/// <param name="Pictures">The number of pictures.</param>
internal sealed record StyleRow(string Board, double? Weight, double PlainToBoard, double ToBoard, double PlainToPrompt, double ToPrompt, int Pictures)
{
    /// <summary>The part of the arc that half the weight is.</summary>
    public double HalfReach { get; init; }

    /// <summary>Whether half the weight brings pictures nearer to the board, as measured when the style was made.</summary>
    public bool ShowsAtHalf { get; init; }

    /// <summary>Relative.</summary>
    public double BoardChange => (ToBoard / PlainToBoard) - 1;

    /// <summary>Relative.</summary>
    public double PromptChange => (ToPrompt / PlainToPrompt) - 1;
}
