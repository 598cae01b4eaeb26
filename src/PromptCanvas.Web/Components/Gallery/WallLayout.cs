using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Components.Gallery;

/// <summary>The wall in units of equal height, as virtualization needs them: the heading of a day takes one unit, a row of pictures several.</summary>
internal sealed class WallLayout
{
    private readonly List<WallItem> items = [];
    private readonly List<WallMonth> months = [];

    /// <param name="times">When each picture was made, in the order of the wall.</param>
    /// <param name="columns">Pictures per row.</param>
    /// <param name="unitsPerRow">Height of a row.</param>
    /// <param name="offset">The reader's time from UTC.</param>
    public WallLayout(IReadOnlyList<DateTimeOffset> times, int columns, int unitsPerRow, TimeSpan offset)
    {
        UnitsPerRow = unitsPerRow;
        for (var start = 0; start < times.Count;)
        {
            var day = DayTexts.DayOf(times[start], offset);
            var end = start + 1;
            while (end < times.Count && DayTexts.DayOf(times[end], offset) == day)
            {
                end++;
            }

            AddMonth(day);
            items.Add(new WallItem(Units, start, end - start, day));
            Units++;
            for (var row = start; row < end; row += columns)
            {
                items.Add(new WallItem(Units, row, Math.Min(columns, end - row), null));
                Units += unitsPerRow;
            }

            start = end;
        }
    }

    public static WallLayout Empty { get; } = new([], 1, 1, TimeSpan.Zero);

    public int Units { get; private set; }

    public int UnitsPerRow { get; }

    public IReadOnlyList<WallMonth> Months => months;

    /// <summary>One slot per unit; only the first unit of a row or heading has an item, the others hold its space.</summary>
    public IReadOnlyList<WallSlot> Range(int start, int count)
    {
        var at = items.BinarySearch(new WallItem(start, 0, 0, null), ByUnit.Instance);
        at = at < 0 ? ~at : at;
        var slots = new List<WallSlot>();
        for (var unit = start; unit < Math.Min(start + count, Units); unit++)
        {
            var begins = at < items.Count && items[at].Unit == unit;
            slots.Add(new WallSlot(unit, begins ? items[at++] : null));
        }

        return slots;
    }

    private void AddMonth(DateOnly day)
    {
        var month = new DateOnly(day.Year, day.Month, 1);
        if (months.Count == 0 || months[^1].Start != month)
        {
            months.Add(new WallMonth(month, Units, months.Count == 0 || months[^1].Start.Year != month.Year));
        }
    }

    private sealed class ByUnit : IComparer<WallItem>
    {
        public static readonly ByUnit Instance = new();

        public int Compare(WallItem? x, WallItem? y) => (x?.Unit ?? 0).CompareTo(y?.Unit ?? 0);
    }
}

/// <summary>The heading of a day, or a row of pictures.</summary>
/// <param name="Unit">The first unit that it takes.</param>
/// <param name="Start">Index of its first picture.</param>
/// <param name="Count">Its number of pictures.</param>
/// <param name="Day">Null = a row.</param>
internal sealed record WallItem(int Unit, int Start, int Count, DateOnly? Day);

/// <summary>One unit of the wall.</summary>
internal sealed record WallSlot(int Unit, WallItem? Item);

/// <summary>A month with pictures, and the unit where it begins.</summary>
internal sealed record WallMonth(DateOnly Start, int Unit, bool BeginsYear);
