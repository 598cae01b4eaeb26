using System.Globalization;
using System.Text.RegularExpressions;
using PromptCanvas.Cli.Options;
using PromptCanvas.Diffusion.Randomness;

namespace PromptCanvas.Cli.Datasets;

/// <summary>A prompt with slots, such as <c>a {colour} {thing}</c>, and the weighted values of each slot.</summary>
internal sealed partial class PromptTemplate
{
    private const string ListSign = "@";

    // The third word of the counter; the first two are the number of the picture and of the slot.
    private const uint DrawStep = 0;

    private PromptTemplate(string text, IReadOnlyList<TemplateSlot> slots) => (Text, Slots) = (text, slots);

    public string Text { get; }

    /// <summary>In the order of the options.</summary>
    public IReadOnlyList<TemplateSlot> Slots { get; }

    /// <summary>How many different prompts there are.</summary>
    public double Combinations => Slots.Aggregate(1.0, (product, slot) => product * slot.Values.Count);

    /// <param name="text">The template.</param>
    /// <param name="slots">Each <c>NAME=VALUE[:WEIGHT],…</c>, or <c>NAME=@FILE</c> with one value a line.</param>
    /// <exception cref="BadInputException">A slot is missing, unused, repeated, empty or wrongly weighted.</exception>
    public static PromptTemplate Parse(string text, IEnumerable<string> slots)
    {
        var parsed = slots.Select(ParseSlot).ToList();
        if (parsed.GroupBy(slot => slot.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new BadInputException($"The slot {twice.Key} is given twice: put all of its values into one --slot.");
        }

        var named = Places().Matches(text).Select(match => match.Groups[1].Value).ToHashSet();
        if (named.FirstOrDefault(name => parsed.TrueForAll(slot => slot.Name != name)) is { } missing)
        {
            throw new BadInputException($"The template's slot {{{missing}}} has no values: add --slot {missing}=VALUE,VALUE.");
        }

        if (parsed.Find(slot => !named.Contains(slot.Name)) is { } unused)
        {
            throw new BadInputException($"The slot {unused.Name} is not in the template: write {{{unused.Name}}} where its values belong.");
        }

        return new PromptTemplate(text, parsed);
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
    public string Fill(IReadOnlyList<string> values)
    {
        var byName = Slots.Select((slot, place) => (slot.Name, Value: values[place])).ToDictionary(pair => pair.Name, pair => pair.Value);
        return Places().Replace(Text, match => byName[match.Groups[1].Value]);
    }

    private static TemplateSlot ParseSlot(string option)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? "" : option[..equals];
        if (!SlotName().IsMatch(name))
        {
            throw new BadInputException($"--slot takes NAME=VALUE,VALUE with a name of letters, digits and _, not '{option}'.");
        }

        var list = option[(equals + 1)..];
        var entries = list.StartsWith(ListSign, StringComparison.Ordinal) ? ReadLines(name, list[1..]) : list.Split(',');
        var values = entries.Select(entry => entry.Trim()).Where(entry => entry.Length > 0).Select(entry => ParseValue(name, entry)).ToList();
        if (values.Count == 0)
        {
            throw new BadInputException($"The slot {name} has no values: give some, such as --slot {name}=red,blue:2.");
        }

        return values.GroupBy(value => value.Text).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new BadInputException($"The slot {name} has the value '{twice.Key}' twice: give it once, with a weight such as {twice.Key}:2.")
            : new TemplateSlot(name, values);
    }

    private static string[] ReadLines(string name, string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BadInputException($"The values of the slot {name} cannot be read: {fault.Message}");
        }
    }

    private static SlotValue ParseValue(string slot, string entry)
    {
        var colon = entry.LastIndexOf(':');
        if (colon < 0)
        {
            return new SlotValue(entry, 1);
        }

        return double.TryParse(entry[(colon + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) && weight > 0 && double.IsFinite(weight)
            ? new SlotValue(entry[..colon].TrimEnd(), weight)
            : throw new BadInputException($"The slot {slot} has '{entry}': what follows the last colon must be a weight above 0, such as red:2.");
    }

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex Places();

    [GeneratedRegex("^[A-Za-z0-9_]+$")]
    private static partial Regex SlotName();
}

/// <summary>A slot and what may stand in it.</summary>
internal sealed record TemplateSlot(string Name, IReadOnlyList<SlotValue> Values)
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
internal sealed record SlotValue(string Text, double Weight);
