using System.Globalization;
using System.Text.Json;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>A component's <c>config.json</c> (or a scheduler's); a key that is absent or null takes the class's default.</summary>
/// <remarks>Every getter throws a <see cref="ModelException"/> that names the key and the file if the value is invalid.</remarks>
internal sealed class ComponentConfig
{
    private readonly Dictionary<string, JsonElement> values = new(StringComparer.Ordinal);
    private readonly HashSet<string> nulls = new(StringComparer.Ordinal);
    private ConfigRules? rules;

    /// <summary>Wraps an object that was read from a file.</summary>
    /// <param name="shownName">The file, for messages.</param>
    /// <param name="root">Its content; copied.</param>
    public ComponentConfig(string shownName, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new ModelException($"{shownName} is damaged: it does not hold an object. Download it again.");
        }

        ShownName = shownName;
        foreach (var property in root.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null)
            {
                nulls.Add(property.Name);
            }
            else
            {
                values[property.Name] = property.Value.Clone();
            }
        }
    }

    /// <summary>The file, for messages.</summary>
    public string ShownName { get; }

    /// <summary>The keys that have a value.</summary>
    public IReadOnlyCollection<string> Keys => values.Keys;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    public static ComponentConfig Open(string path)
    {
        using var file = JsonFile.Open(path);
        return new ComponentConfig(path, file.Root);
    }

    /// <summary>Checks every key of the file against its class; from then on only keys that the rules call read can be read.</summary>
    /// <param name="classRules">The rules of the file's class.</param>
    /// <returns>This config.</returns>
    /// <exception cref="ModelException">A key is unknown, or has a value the engine does not support.</exception>
    public ComponentConfig Obey(ConfigRules classRules)
    {
        foreach (var key in values.Keys.Concat(nulls).Where(key => !key.StartsWith('_')))
        {
            if (!classRules.Keys.TryGetValue(key, out var rule))
            {
                throw new ModelException(
                    $"{ShownName}: this engine does not know the key '{ShapeNames.Printable(key)}' of a {classRules.ClassName}. "
                    + "Remove it if the model works without it, or get a model of a supported kind.");
            }

            var isNull = !values.TryGetValue(key, out var value);
            if (isNull ? !rule.MayBeNull : rule.Use == KeyUse.Neutral && !rule.Values.Any(known => Means(value, known)))
            {
                throw rule.Use == KeyUse.Read
                    ? new ModelException($"{ShownName}: '{key}' is null, but a {classRules.ClassName} needs a value.")
                    : Unsupported(key, isNull ? "null" : Text(value), string.Join(", ", rule.Values));
            }
        }

        rules = classRules;
        return this;
    }

    /// <summary>Whether the key is there and not null.</summary>
    public bool Has(string key) => values.ContainsKey(key);

    /// <summary>Whether the key is there and holds an object.</summary>
    public bool HasObject(string key) => Find(key, out var value) && value.ValueKind == JsonValueKind.Object;

    /// <summary>Whether the key is there and holds a list.</summary>
    public bool HasList(string key) => Find(key, out var value) && value.ValueKind == JsonValueKind.Array;

    /// <summary>A whole number between two bounds.</summary>
    public int Whole(string key, int? defaultValue = null, int minimum = 1, int maximum = 1 << 20)
    {
        if (!Find(key, out var value))
        {
            return defaultValue ?? throw Missing(key);
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Bad(key, value, $"a whole number from {minimum} to {maximum}");
    }

    /// <summary>A whole number between two bounds, written once or once for each level: diffusers allows both.</summary>
    /// <exception cref="ModelException">The levels differ.</exception>
    public int UniformWhole(string key, int? defaultValue, int maximum)
    {
        if (!Find(key, out var value) || value.ValueKind != JsonValueKind.Array)
        {
            return Whole(key, defaultValue, maximum: maximum);
        }

        var numbers = WholeList(key);
        return Array.TrueForAll(numbers, number => number == numbers[0]) && numbers[0] <= maximum
            ? numbers[0]
            : throw Unsupported(key, Text(value), $"one whole number up to {maximum} for all levels");
    }

    /// <summary>A finite number between two bounds.</summary>
    public double Number(string key, double defaultValue, double minimum, double maximum)
    {
        if (!Find(key, out var value))
        {
            return defaultValue;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Bad(key, value, FormattableString.Invariant($"a number from {minimum} to {maximum}"));
    }

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool defaultValue)
    {
        if (!Find(key, out var value))
        {
            return defaultValue;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Bad(key, value, "true or false");
    }

    /// <summary>One of several words.</summary>
    public string Word(string key, string? defaultValue, params ReadOnlySpan<string> allowed)
    {
        var word = defaultValue;
        if (Find(key, out var value))
        {
            word = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Bad(key, value, "a word");
        }

        if (word is null)
        {
            throw Missing(key);
        }

        return allowed.Contains(word) ? word : throw Unsupported(key, $"'{word}'", string.Join(", ", allowed.ToArray()));
    }

    /// <summary>A list of whole numbers from 1 up.</summary>
    public int[] WholeList(string key)
    {
        var elements = List(key);
        var numbers = new int[elements.Length];
        for (var index = 0; index < numbers.Length; index++)
        {
            if (elements[index].ValueKind != JsonValueKind.Number || !elements[index].TryGetInt32(out numbers[index])
                || numbers[index] is < 1 or > 1 << 20)
            {
                throw Bad(key, elements[index], "a list of whole numbers");
            }
        }

        return numbers;
    }

    /// <summary>A list of numbers.</summary>
    public double[] NumberList(string key, int maximumCount) => [.. List(key, maximumCount).Select(value =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Bad(key, value, "a list of numbers"))];

    /// <summary>A list of numbers; null when the key is absent.</summary>
    public double[]? OptionalNumberList(string key, int maximumCount) => Find(key, out _) ? NumberList(key, maximumCount) : null;

    /// <summary>A list of words.</summary>
    public string[] WordList(string key) => [.. List(key).Select(value =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Bad(key, value, "a list of words"))];

    /// <summary>A section inside this one; null when it is absent.</summary>
    public ComponentConfig? Section(string key) =>
        Find(key, out var value) ? new ComponentConfig($"{ShownName} ({key})", value) : null;

    /// <summary>Insists that a key is absent or has the one value the engine knows.</summary>
    public void Only(string key, string supported)
    {
        if (Find(key, out var value) && !Means(value, supported))
        {
            throw Unsupported(key, Text(value), supported);
        }
    }

    /// <summary>The exception for a value that is sound but that the engine does not do.</summary>
    public ModelException Unsupported(string key, string actual, string supported) =>
        new($"{ShownName}: '{key}' is {ShapeNames.Printable(actual)}, which this engine does not support (it supports: {supported}).");

    /// <summary>The exception for an invalid value.</summary>
    public ModelException Bad(string key, string wanted) => Bad(key, values[key], wanted);

    /// <summary>The exception for settings that contradict each other.</summary>
    public ModelException Contradiction(string what) => new($"{ShownName}: {what}.");

    /// <summary>Whether a value is the supported one; 1.0 is 1, and a list says it once for each level.</summary>
    private static bool Means(JsonElement value, string supported) =>
        Text(value) == supported
        || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(element => Means(element, supported)))
        || (value.ValueKind == JsonValueKind.Number
            && double.TryParse(supported, CultureInfo.InvariantCulture, out var number)
            && value.TryGetDouble(out var actual) && actual.Equals(number));

    /// <summary>A value on one line, as people write it: words without quotes, lists in brackets.</summary>
    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Text))}]",
        JsonValueKind.Object => $"{{{string.Join(", ", value.EnumerateObject().Select(property => $"{property.Name}: {Text(property.Value)}"))}}}",
        _ => value.GetRawText(),
    };

    private bool Find(string key, out JsonElement value)
    {
        return rules is null || key[0] == '_' || rules.Keys.TryGetValue(key, out var rule) && rule.Use == KeyUse.Read
            ? values.TryGetValue(key, out value)
            : throw new InvalidOperationException($"The key '{key}' is read, but the table of {rules.ClassName} does not say so.");
    }

    private JsonElement[] List(string key, int maximumCount = 64)
    {
        if (!Find(key, out var value))
        {
            throw Missing(key);
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() >= 1 && value.GetArrayLength() <= maximumCount
            ? [.. value.EnumerateArray()]
            : throw Bad(key, value, $"a list of 1 to {maximumCount} values");
    }

    private ModelException Missing(string key) => new($"{ShownName}: '{key}' is missing.");

    private ModelException Bad(string key, JsonElement value, string wanted) =>
        new($"{ShownName}: '{key}' is {ShapeNames.Printable(Text(value))}; it must be {wanted}.");
}
