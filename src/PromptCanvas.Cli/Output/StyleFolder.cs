using PromptCanvas.Cli.Options;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Cli.Output;

/// <summary>A folder of pictures whose style is added to other pictures.</summary>
internal sealed class StyleFolder
{
    /// <summary>The fewest pictures.</summary>
    public const int Fewest = IStyleMaking.FewestPictures;

    /// <summary>The most pictures.</summary>
    public const int Most = IStyleMaking.MostPictures;

    // The engine returns a caption's embedding only together with a picture, which is discarded.
    private const int FewestSteps = 2;

    private readonly string name;
    private readonly double weight;
    private readonly IReadOnlyList<SourcePicture> pictures;
    private readonly IReadOnlyList<string> captions;

    private StyleFolder(string name, double weight, IReadOnlyList<SourcePicture> pictures, IReadOnlyList<string> captions)
    {
        this.name = name;
        this.weight = weight;
        this.pictures = pictures;
        this.captions = captions;
    }

    /// <summary>Reads the pictures of a folder and their prompts.</summary>
    /// <exception cref="BadInputException">There are too few or too many, or one has no prompt.</exception>
    public static StyleFolder Read(DirectoryInfo folder, double weight)
    {
        var files = folder.Exists ? [.. folder.EnumerateFiles("*.png").OrderBy(file => file.Name, StringComparer.Ordinal)] : new List<FileInfo>();
        if (files.Count is < Fewest or > Most)
        {
            throw new BadInputException($"{folder} has {files.Count} PNGs: a style needs {Fewest} to {Most}.");
        }

        var captions = files.ConvertAll(file => PictureInput.Read(file.FullName, bytes => PngText.Read(bytes).GetValueOrDefault("prompt")) is { Length: > 0 } prompt
            ? prompt
            : throw new BadInputException($"{file.FullName} has no prompt: use pictures of PromptCanvas."));
        return new StyleFolder(folder.Name, weight, files.ConvertAll(file => SourcePictures.Read(file.FullName)), captions);
    }

    /// <summary>The request with the style, or as it is without one.</summary>
    /// <exception cref="BadInputException">The model cannot read pictures.</exception>
    public static async Task<GenerationRequest> AddToAsync(StyleFolder? style, GenerationRequest request, ModelSession session, CancellationToken cancellationToken) =>
        style is null ? request : request with { Overrides = request.Overrides with { Style = await style.MakeAsync(session, cancellationToken).ConfigureAwait(false) } };

    private async Task<PictureStyle> MakeAsync(ModelSession session, CancellationToken cancellationToken)
    {
        var inputs = pictures.Select(picture => new ImageInput(picture)).ToList();
        if (session.Engine.ValidateEmbedding(inputs) is { } problem)
        {
            throw new BadInputException(problem);
        }

        var embeddings = await session.Engine.EmbedAsync(inputs, cancellationToken).ConfigureAwait(false);
        var made = await MakeAsync(session, embeddings, captions, cancellationToken).ConfigureAwait(false);
        if (!made.ShowsAtHalf)
        {
            await Console.Error.WriteLineAsync(
                $"Up to half its weight the style {name} hardly shows: any stronger, and pictures may lose more than {StyleCalibration.MostLoss * 100:0} % of their similarity to the prompt.").ConfigureAwait(false);
        }

        return new PictureStyle(name, made.Direction, weight) { HalfReach = made.HalfReach };
    }

    /// <summary>The style of pictures.</summary>
    /// <param name="session">The model.</param>
    /// <param name="pictures">Their CLIP embeddings.</param>
    /// <param name="captions">The caption of each.</param>
    /// <param name="cancellationToken">Ends the drawing.</param>
    public static async Task<CalibratedStyle> MakeAsync(
        ModelSession session, IReadOnlyList<float[]> pictures, IReadOnlyList<string> captions, CancellationToken cancellationToken)
    {
        var subjects = new List<StyleCaption>();
        foreach (var (index, subject) in StyleCaptions.Subjects(captions).Index())
        {
            subjects.Add(new StyleCaption(subject, (uint)index, await PriorAsync(session, subject, (uint)index, cancellationToken).ConfigureAwait(false)));
        }

        return await new StyleCalibration(session.Engine, session.Engine).MeasureAsync(pictures, subjects, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<float[]> PriorAsync(ModelSession session, string caption, uint seed, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            Prompt = caption,
            Seed = seed,
            Count = 1,
            Size = session.Model.Decoder.ImageSize,
            Overrides = new RecipeOverrides { DecoderSteps = FewestSteps },
            PreviewsWanted = _ => false,
        };
        if (session.Engine.Validate(request) is { } problem)
        {
            throw new BadInputException(problem);
        }

        await foreach (var value in session.Engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (value is ImageCompleted { ImageEmbedding: var embedding })
            {
                return embedding;
            }
        }

        throw new BadInputException($"The model makes nothing of the caption \"{caption}\": use other pictures.");
    }
}
