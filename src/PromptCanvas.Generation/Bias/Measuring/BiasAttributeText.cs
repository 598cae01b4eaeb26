using System.Text;

namespace PromptCanvas.Generation.Bias.Measuring;

/// <summary>Attributes as people write them: a line <c>[colour]</c>, then a line for each value, <c>red: a red {thing} | something red</c>.</summary>
public static class BiasAttributeText
{
    private const char Between = '|';
    private const char AfterName = ':';
    private const string Field = "attributes";

    public static string Write(IEnumerable<BiasAttribute> attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        var text = new StringBuilder();
        foreach (var attribute in attributes)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append('[').Append(attribute.Name).Append("]\n");
            foreach (var value in attribute.Values)
            {
                text.Append(value.Name).Append(": ").AppendJoin($" {Between} ", value.Captions).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Reads the text. Whether it makes sense is checked with the audit.</summary>
    public static Result<IReadOnlyList<BiasAttribute>> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var attributes = new List<(string Name, List<BiasValue> Values)>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line is ['[', .. var name, ']'])
            {
                attributes.Add((name.Trim(), []));
            }
            else if (attributes.Count == 0)
            {
                return new InvalidInput(Field, $"Start the captions with an attribute in brackets, such as [colour], before \"{line}\".");
            }
            else if (line.IndexOf(AfterName, StringComparison.Ordinal) is > 0 and var colon)
            {
                attributes[^1].Values.Add(new BiasValue(
                    line[..colon].Trim(), line[(colon + 1)..].Split(Between, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));
            }
            else
            {
                return new InvalidInput(Field, $"Write each value as \"red: a red {BiasValue.ThingPlace}\", not \"{line}\".");
            }
        }

        return attributes.Select(attribute => new BiasAttribute(attribute.Name, attribute.Values)).ToArray();
    }
}
