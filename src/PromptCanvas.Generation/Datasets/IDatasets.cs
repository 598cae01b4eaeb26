using PromptCanvas.Data.Access;
using PromptCanvas.Data.Series;

namespace PromptCanvas.Generation.Datasets;

/// <summary>A person's data sets. Others cannot see them.</summary>
public interface IDatasets
{
    /// <summary>Checks an order as <see cref="StartAsync"/> does, and says what it costs. Nothing is written.</summary>
    Task<Result<DatasetQuote>> QuoteAsync(Actor actor, DatasetOrder order, CancellationToken cancellationToken);

    /// <summary>Starts a data set. Its pictures are made and charged as unattended private jobs of the person, by and by.</summary>
    /// <returns>Its id, or why it was refused: the order makes no sense, or the credits do not suffice for all pictures.</returns>
    Task<Result<Guid>> StartAsync(Actor actor, DatasetOrder order, CancellationToken cancellationToken);

    /// <summary>The actor's data sets, newest first.</summary>
    Task<IReadOnlyList<DatasetView>> ListAsync(Actor actor, CancellationToken cancellationToken);

    Task<Result<DatasetDetail>> FindAsync(Actor actor, Guid datasetId, CancellationToken cancellationToken);

    /// <summary>Stops a data set: its open pictures are cancelled and refunded. What passed stays; what was not judged goes to the trash.</summary>
    Task<Result> CancelAsync(Actor actor, Guid datasetId, CancellationToken cancellationToken);

    /// <summary>Removes a data set that is over. Its pictures stay.</summary>
    Task<Result> DeleteAsync(Actor actor, Guid datasetId, CancellationToken cancellationToken);
}

/// <summary>Data sets as files.</summary>
public interface IDatasetArchives
{
    /// <summary>A data set that is over, ready to be written as a zip.</summary>
    /// <param name="actor">Its owner.</param>
    /// <param name="datasetId">Its id.</param>
    /// <param name="formats">Of <see cref="DatasetFormats"/>; empty = all.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task<Result<IDatasetArchive>> OpenAsync(Actor actor, Guid datasetId, IReadOnlyCollection<string> formats, CancellationToken cancellationToken);
}

/// <summary>A data set's zip.</summary>
public interface IDatasetArchive
{
    /// <summary>Writes it, file by file; the output need not seek.</summary>
    Task WriteAsync(Stream output, CancellationToken cancellationToken);
}

/// <summary>What is asked for.</summary>
public sealed record DatasetOrder
{
    public required string Name { get; init; }

    /// <summary>A prompt with slots, such as <c>a {colour} {thing}</c>.</summary>
    public required string Template { get; init; }

    /// <summary>Each <c>NAME=VALUE[:WEIGHT],…</c>.</summary>
    public IReadOnlyList<string> Slots { get; init; } = [];

    public string Split { get; init; } = DefaultSplit;

    public int Count { get; init; } = DefaultCount;

    /// <summary>Side of the pictures in pixels.</summary>
    public int Size { get; init; } = DefaultSize;

    /// <summary>Null = choose one.</summary>
    public uint? Seed { get; init; }

    /// <summary>Null = the installation's default model.</summary>
    public string? Model { get; init; }

    /// <inheritdoc cref="DatasetPlan.LeastSimilarity"/>
    public double? LeastSimilarity { get; init; }

    /// <inheritdoc cref="DatasetPlan.LeastDistance"/>
    public double? LeastDistance { get; init; }

    public int Redraws { get; init; } = DefaultRedraws;

    /// <summary>What the pictures show before the prompt is painted into a box of them, with slots of the template; null or empty = they are drawn at once, and have no masks.</summary>
    public string? Base { get; init; }

    /// <summary>Shares of the picture's sides: <c>LEAST-MOST</c> for random boxes, <c>LEFT,TOP,WIDTH,HEIGHT</c> for the same in all; null = <see cref="DatasetEdit.DefaultBox"/>. Needs a base.</summary>
    public string? Box { get; init; }

    public const string DefaultSplit = "train=1";

    public const int DefaultCount = 100;

    public const int DefaultSize = 256;

    public const int DefaultRedraws = 3;

    /// <summary>Most pictures of a data set of the studio.</summary>
    public const int MostPictures = 5000;
}

/// <summary>What an order costs.</summary>
/// <param name="Pictures">How many pictures it makes.</param>
/// <param name="Prompts">How many different prompts there can be.</param>
/// <param name="Cost">In credits, if no picture is drawn again.</param>
/// <param name="MostCost">In credits, if every picture is drawn as often as possible.</param>
/// <param name="Left">The person's credits.</param>
public sealed record DatasetQuote(int Pictures, double Prompts, decimal Cost, decimal MostCost, decimal Left);

/// <summary>A data set in the list.</summary>
/// <param name="Pictures">How many it asks for.</param>
/// <param name="Kept">How many passed.</param>
/// <param name="LeftOut">How many were given up.</param>
/// <param name="Draws">How many draws were judged.</param>
/// <param name="Note">Why it waits or ended early; null = no reason to tell.</param>
public sealed record DatasetView(
    Guid Id, string Name, SeriesState State, int Pictures, int Kept, int LeftOut, int Draws, string? Note, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

/// <summary>A data set and its plan.</summary>
public sealed record DatasetDetail(DatasetView Dataset, DatasetPlan Plan);
