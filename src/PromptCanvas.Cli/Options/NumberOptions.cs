using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace PromptCanvas.Cli.Options;

/// <summary>Reads the numbers of all options alike under every locale, with a decimal point and without separators of thousands.</summary>
internal static class NumberOptions
{
    private const string Whole = "a whole number";
    private const string NotNegative = "a whole number of 0 or more";

    /// <summary>Sets the readers of a command's options and of those of its subcommands.</summary>
    public static void Apply(Command command)
    {
        foreach (var option in command.Options)
        {
            Apply(option);
        }

        foreach (var subcommand in command.Subcommands)
        {
            Apply(subcommand);
        }
    }

    private static void Apply(Option option)
    {
        switch (option)
        {
            case Option<int> whole:
                whole.CustomParser = result => Read<int>(result, NumberStyles.AllowLeadingSign, Whole) ?? 0;
                break;
            case Option<int?> whole:
                whole.CustomParser = result => Read<int>(result, NumberStyles.AllowLeadingSign, Whole);
                break;
            case Option<uint> seed:
                seed.CustomParser = result => Read<uint>(result, NumberStyles.None, NotNegative) ?? 0;
                break;
            case Option<uint?> seed:
                seed.CustomParser = result => Read<uint>(result, NumberStyles.None, NotNegative);
                break;
            case Option<double> number:
                number.CustomParser = result => Read<double>(result, NumberStyles.Float, "a number such as 2.5") ?? 0;
                break;
            case Option<double?> number:
                number.CustomParser = result => Read<double>(result, NumberStyles.Float, "a number such as 2.5");
                break;
        }
    }

    private static T? Read<T>(ArgumentResult result, NumberStyles styles, string wanted)
        where T : struct, INumber<T>
    {
        if (result.Tokens is not [{ Value: var text }])
        {
            return null;
        }

        if (T.TryParse(text, styles, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        var name = result.Parent is OptionResult option ? option.IdentifierToken?.Value ?? option.Option.Name : result.Argument.Name;
        result.AddError($"{name} takes {wanted}, not '{text}'.");
        return null;
    }
}
