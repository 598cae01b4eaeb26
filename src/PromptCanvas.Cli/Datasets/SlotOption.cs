using PromptCanvas.Cli.Options;
using PromptCanvas.Generation.Datasets;

namespace PromptCanvas.Cli.Datasets;

/// <summary>The option <c>--slot</c>.</summary>
internal static class SlotOption
{
    private const string ListSign = "@";

    /// <param name="option"><c>NAME=VALUE[:WEIGHT],…</c>, or <c>NAME=@FILE</c> with one value a line.</param>
    /// <exception cref="BadInputException">It is neither, or the file cannot be read.</exception>
    public static TemplateSlot Parse(string option)
    {
        if (option.Split('=', 2) is not [var name, var list])
        {
            throw new BadInputException($"--slot takes NAME=VALUE,VALUE with a name of letters, digits and _, not '{option}'.");
        }

        var entries = list.StartsWith(ListSign, StringComparison.Ordinal) ? ReadLines(name, list[ListSign.Length..]) : list.Split(',');
        return PromptTemplate.Slot(name, entries).TryGet(out var slot, out var refusal) ? slot : throw new BadInputException(refusal.Message);
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
}
