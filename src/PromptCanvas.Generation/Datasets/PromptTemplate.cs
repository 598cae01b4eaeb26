using System.Globalization;
using System.Text.RegularExpressions;
using PromptCanvas.Diffusion.Randomness;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Datasets;

/// <summary>A prompt with slots, such as <c>a {colour} {thing}</c>, and the weighted values of each slot.</summary>
internal sealed partial class PromptTemplate
{
    // The third word of the counter; the first two are the number of the picture and of the slot.
    private const uint DrawStep = 0;

    private PromptTemplate(string text, IReadOnlyList<TemplateSlot> slots) => (Text, Slots) = (text, slots);

    public string Text { get; }

    /// <summary>In the order in which they were given.</summary>
    public IReadOnlyList<TemplateSlot> Slots { get; }

    /// <summary>How many different prompts there are.</summary>
    public double Combinations => Slots.Aggregate(1.0, (product, slot) => product * slot.Values.Count);

    /// <param name="text">The template.</param>
    /// <param name="slots">All of its slots.</param>
    /// <returns>Or which slot is missing, unused or given twice.</returns>
    public static Result<PromptTemplate> Of(string text, IReadOnlyList<TemplateSlot> slots)
    {
        if (slots.GroupBy(slot => slot.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            return Invalid($"The slot {twice.Key} is given twice: give all of its values together.");
        }

        var named = Names(text);
        if (named.FirstOrDefault(name => slots.All(slot => slot.Name != name)) is { } missing)
        {
            return Invalid($"The template's slot {{{missing}}} has no values: add {missing}=VALUE,VALUE.");
        }

        return slots.FirstOrDefault(slot => !named.Contains(slot.Name)) is { } unused
            ? Invalid($"The slot {unused.Name} is not in the template: write {{{unused.Name}}} where its values belong.")
            : new PromptTemplate(text, slots);
    }

    /// <summary>Reads a slot from <c>NAME=VALUE[:WEIGHT],…</c>.</summary>
    /// <returns>Or what is wrong with it.</returns>
    public static Result<TemplateSlot> Slot(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? Invalid($"Write a slot as NAME=VALUE,VALUE, not '{Excerpt.Of(text)}'.") : Slot(text[..equals].Trim(), text[(equals + 1)..].Split(','));
    }

    /// <summary>Reads a slot from its name and its values, each with a weight after a colon if it is not 1.</summary>
    /// <returns>Or what is wrong with it.</returns>
    public static Result<TemplateSlot> Slot(string name, IEnumerable<string> entries)
    {
        if (!SlotName().IsMatch(name))
        {
            return Invalid($"A slot needs a name of letters, digits and _, not '{Excerpt.Of(name)}'.");
        }

        if (DatasetColumns.All.Contains(name))
        {
            return Invalid($"A slot cannot be called {name}: the labels have a column of that name.");
        }

        var values = new List<SlotValue>();
        foreach (var entry in entries.Select(entry => entry.Trim()).Where(entry => entry.Length > 0))
        {
            if (Value(entry) is not { } value)
            {
                return Invalid($"The slot {name} has '{Excerpt.Of(entry)}': what follows the last colon must be a weight above 0, such as red:2.");
            }

            values.Add(value);
        }

        if (values.Count == 0)
        {
            return Invalid($"The slot {name} has no values: give some, such as {name}=red,blue:2.");
        }

        return values.GroupBy(value => value.Text).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? Invalid($"The slot {name} has the value '{Excerpt.Of(twice.Key)}' twice: give it once, with a weight such as {Excerpt.Of(twice.Key)}:2.")
            : new TemplateSlot(name, values);
    }

    /// <summary>The value of each slot for one picture, drawn by weight.</summary>
    /// <param name="seed">The data set's seed.</param>
    /// <param name="index">The picture's number.</param>
    public IReadOnlyList<string> Draw(uint seed, int index)
    {
        var values = new string[Slots.Count];
        for (var slot = 0; slot < values.Length; slot++)
        {
            var word = Philox4x32.Generate(((uint)index, (uint)slot, DrawStep, 0), (seed, 0)).X0;
            values[slot] = Slots[slot].At(word / (uint.MaxValue + 1.0));
        }

        return values;
    }

    /// <summary>The template with values in place of its slots.</summary>
    public string Fill(IReadOnlyList<string> values) => Fill(Text, values);

    /// <summary>A text with values in place of this template's slots.</summary>
    public string Fill(string text, IReadOnlyList<string> values)
    {
        var byName = Slots.Select((slot, place) => (slot.Name, Value: values[place])).ToDictionary(pair => pair.Name, pair => pair.Value);
        return Places().Replace(text, match => byName[match.Groups[1].Value]);
    }

    /// <summary>The names of the slots in a text.</summary>
    public static IReadOnlySet<string> Names(string text) => Places().Matches(text).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether a text can be the base into which this template is painted: it has fewer slots, and no others.</summary>
    public Result CheckBase(string text)
    {
        var named = Names(text);
        if (named.FirstOrDefault(name => Slots.All(slot => slot.Name != name)) is { } unknown)
        {
            return new InvalidInput("base", $"The base has the slot {{{Excerpt.Of(unknown)}}}, which is not in the template: use the template's slots.");
        }

        return Slots.All(slot => named.Contains(slot.Name))
            ? new InvalidInput("base", "The template needs a slot that the base does not have: its value is what the box shows.")
            : Result.Done;
    }

    private static InvalidInput Invalid(string message) => new("slots", message);

    private static SlotValue? Value(string entry)
    {
        var colon = entry.LastIndexOf(':');
        if (colon < 0)
        {
            return new SlotValue(entry, 1);
        }

        return double.TryParse(entry[(colon + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) && weight > 0 && double.IsFinite(weight)
            ? new SlotValue(entry[..colon].TrimEnd(), weight)
            : null;
    }

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex Places();

    [GeneratedRegex("^[A-Za-z0-9_]+$")]
    private static partial Regex SlotName();
}

/// <summary>A slot and what may stand in it.</summary>
public sealed record TemplateSlot(string Name, IReadOnlyList<SlotValue> Values)
{
    /// <summary>The value at a point of the weights laid end to end.</summary>
    /// <param name="share">From 0 (included) to 1 (excluded).</param>
    public string At(double share)
    {
        var point = share * Values.Sum(value => value.Weight);
        foreach (var value in Values)
        {
            point -= value.Weight;
            if (point < 0)
            {
                return value.Text;
            }
        }

        return Values[^1].Text;
    }
}

/// <summary>A value of a slot and how often it is drawn in proportion to the others.</summary>
public sealed record SlotValue(string Text, double Weight);
