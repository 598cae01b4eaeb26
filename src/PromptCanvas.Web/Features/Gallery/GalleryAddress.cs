using System.Globalization;

using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;

using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Library;

namespace PromptCanvas.Web.Features.Gallery;

/// <summary>The gallery's filters as a URL, so that links and Back work. Invalid values are ignored.</summary>
public sealed record GalleryAddress
{
    public GalleryView GalleryView { get; init; }

    public string? Words { get; init; }

    public bool ByMeaning { get; init; }

    public Guid? Like { get; init; }

    public Guid? Maker { get; init; }

    public string? Kind { get; init; }

    /// <summary>The first day, inclusive.</summary>
    public DateOnly? From { get; init; }

    /// <summary>The last day, inclusive.</summary>
    public DateOnly? To { get; init; }

    /// <summary>IANA name of the time zone of the days, so that a link means the same for every reader; null = UTC.</summary>
    public string? Zone { get; init; }

    public Guid? Board { get; init; }

    public bool MarkedOnly { get; init; }

    /// <summary>Without the pictures of data sets and bias audits.</summary>
    public bool WithoutSeries { get; init; }

    public bool OldestFirst { get; init; }

    /// <summary>Whether any filter other than the view and the search is set.</summary>
    public bool IsNarrowed => this != WithoutFilters();

    /// <param name="address">The full URL of the page.</param>
    public static GalleryAddress Of(string address)
    {
        var query = new QueryCollection(QueryHelpers.ParseQuery(new Uri(address).Query));
        var zone = KnownZone(query["zone"]);
        return new GalleryAddress
        {
            GalleryView = Enum.TryParse<GalleryView>(query["shelf"], ignoreCase: true, out var view) && Enum.IsDefined(view) ? view : GalleryView.Everything,
            Words = query["q"].ToString().Replace("\0", "", StringComparison.Ordinal).Trim() is { Length: > 0 } words ? words : null,
            ByMeaning = query["by"] == "meaning",
            Like = Id(query["like"]),
            Maker = Id(query["maker"]),
            Kind = JobKinds.OfPictures.Contains(query["kind"].ToString()) ? query["kind"].ToString() : null,
            From = Day(query["from"]),
            To = Day(query["to"]),
            Zone = zone?.Id,
            Board = Id(query["board"]),
            MarkedOnly = query["marked"] == "yes",
            WithoutSeries = query["series"] == "no",
            OldestFirst = query["sort"] == "oldest",
        };
    }

    public GalleryAddress WithoutFilters() =>
        this with { Maker = null, Kind = null, From = null, To = null, Zone = null, Board = null, MarkedOnly = false, WithoutSeries = false };

    /// <summary>Maps the URL to a library filter.</summary>
    public LibraryFilter ToFilter() => new()
    {
        GalleryView = GalleryView,
        Words = Words,
        ByMeaning = ByMeaning,
        Like = Like,
        Maker = Maker,
        Kind = Kind,
        From = From is { } first ? StartOf(first) : null,
        Before = To is { } last && last < DateOnly.MaxValue ? StartOf(last.AddDays(1)) : null,
        Board = Board,
        MarkedOnly = MarkedOnly,
        WithoutSeries = WithoutSeries,
        OldestFirst = OldestFirst,
    };

    /// <summary>The URL path with its query.</summary>
    public override string ToString()
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in Parts())
        {
            if (value is not null)
            {
                query.Add(name, value);
            }
        }

        return $"gallery{query}";
    }

    /// <summary>The query parameters; null = not set.</summary>
    public IEnumerable<(string Name, string? Value)> Parts() =>
    [
        ("shelf", GalleryView == GalleryView.Everything ? null : GalleryView.ToString().ToLowerInvariant()),
        ("q", Words),
        ("by", ByMeaning ? "meaning" : null),
        ("like", Like?.ToString()),
        ("maker", Maker?.ToString()),
        ("kind", Kind),
        ("from", Text(From)),
        ("to", Text(To)),
        ("zone", From is null && To is null ? null : Zone),
        ("board", Board?.ToString()),
        ("marked", MarkedOnly ? "yes" : null),
        ("series", WithoutSeries ? "no" : null),
        ("sort", OldestFirst ? "oldest" : null),
    ];

    private static Guid? Id(string? text) => Guid.TryParse(text, out var id) ? id : null;

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static string? Text(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static TimeZoneInfo? KnownZone(string? name) =>
        name is { Length: > 0 } && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;

    // In zones where the clocks change at midnight the day starts an hour later; the skipped hour contains no pictures.
    private DateTimeOffset StartOf(DateOnly day)
    {
        var zone = KnownZone(Zone) ?? TimeZoneInfo.Utc;
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return day == DateOnly.MinValue ? DateTimeOffset.MinValue : new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }
}
