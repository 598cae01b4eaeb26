using System.CommandLine;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Cli.Options;

/// <summary>The options that add the style of a folder of pictures.</summary>
internal sealed class StyleOptions
{
    private readonly Option<DirectoryInfo?> style = new("--style")
    {
        Description = $"Draw in the style of a folder: {StyleFolder.Fewest} to {StyleFolder.Most} PNGs of PromptCanvas, which carry their prompts.",
        HelpName = "FOLDER",
    };

    private readonly Option<double?> weight = new("--style-weight")
    {
        Description = $"How much of the style, -1 to 1; less than 0 leads away from it. Default {StyleChoice.DefaultWeight.ToString(System.Globalization.CultureInfo.InvariantCulture)}.",
        HelpName = "W",
    };

    /// <summary>Adds the options to a command.</summary>
    public StyleOptions(Command command)
    {
        command.Add(style);
        command.Add(weight);
    }

    /// <summary>Reads the folder, before the model is opened.</summary>
    /// <returns>Null = no style.</returns>
    /// <exception cref="BadInputException">The folder or the weight cannot be used.</exception>
    public StyleFolder? Read(ParseResult parsed)
    {
        var chosen = parsed.GetValue(weight);
        if (parsed.GetValue(style) is not { } folder)
        {
            return chosen is null ? null : throw new BadInputException("--style-weight needs --style: name a folder, or leave the weight out.");
        }

        return RequestRules.StyleWeight(chosen ?? StyleChoice.DefaultWeight) is { } problem
            ? throw new BadInputException(problem)
            : StyleFolder.Read(folder, chosen ?? StyleChoice.DefaultWeight);
    }
}
