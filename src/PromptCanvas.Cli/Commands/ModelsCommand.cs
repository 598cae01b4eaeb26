using System.CommandLine;
using System.Globalization;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>models list</c>, <c>models check NAME</c> and <c>models pull NAME</c>.</summary>
internal static class ModelsCommand
{
    private const double Megabyte = 1e6;

    public static Command Create()
    {
        var list = new Command("list", "Lists the installed models.");
        list.SetAction(_ => List());

        var name = new Argument<string>("NAME") { Description = "A model's name, or the path of its folder." };
        var check = new Command("check", "Checks a model's files, names and shapes without loading its weights.") { name };
        check.SetAction(parsed => Check(parsed.GetRequiredValue(name)));

        return new Command("models", "Lists, checks and downloads models.") { list, check, ModelsPullCommand.Create() };
    }

    private static int List()
    {
        using var library = ModelOptions.OpenLibrary();
        var names = library.List();
        if (names.Count == 0)
        {
            throw new BadInputException($"There is no model in {ModelOptions.ModelsFolder()}: put a diffusers folder there, or download one with `promptcanvas models pull`.");
        }

        foreach (var name in names)
        {
            Console.Out.WriteLine(name == library.DefaultName ? $"{name} (default)" : name);
        }

        return ExitCodes.Success;
    }

    private static int Check(string name)
    {
        using var library = ModelOptions.OpenLibrary();
        UnClipModel model = ModelOptions.Open(library, name);
        var needs = OnnxModelLibrary.Needs(ModelOptions.Folder(name), ModelOptions.Inference().GraphCache, ModelOptions.Inference().Precision);
        Console.Out.WriteLine($"{model.Name}: every tensor is there and has the expected shape; supported sizes: {string.Join(", ", model.Recipe.Sizes)} pixels.");
        if (model.WithoutText is { } reason)
        {
            Console.Out.WriteLine(reason);
        }

        if (OnnxModelLibrary.SchedulerNote(ModelOptions.Folder(name)) is { } note)
        {
            Console.Out.WriteLine(note);
        }

        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"It needs {needs.Disk / Megabyte:0} MB on disk and about {needs.Memory / Megabyte:0} MB of memory once loaded; its graph cache needs {needs.Memory / Megabyte:0} to {2 * needs.Memory / Megabyte:0} MB more on disk."));
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"This machine has {needs.Machine / Megabyte:0} MB; with its stages loaded in turn the model needs at least {needs.Least / Megabyte:0} MB{LargestPicture(model, needs)}. {Measured(needs)}"));
        return ExitCodes.Success;
    }

    private static string LargestPicture(UnClipModel model, ModelNeeds needs) => needs.LargestPicture > 0
        ? string.Create(CultureInfo.InvariantCulture, $", and about {(needs.Least + needs.LargestPicture) / Megabyte:0} MB for a picture of {model.Recipe.Sizes[^1]} pixels")
        : "";

    private static string Measured(ModelNeeds needs)
    {
        if (needs is { MeasuredFirstStart: null, MeasuredLaterStart: null })
        {
            return "Its peak has not been measured on this machine yet: make a picture with it.";
        }

        var first = needs.MeasuredFirstStart is { } start ? string.Create(CultureInfo.InvariantCulture, $"{start / Megabyte:0} MB at the first start") : "";
        var later = needs.MeasuredLaterStart is { } next ? string.Create(CultureInfo.InvariantCulture, $"{next / Megabyte:0} MB at later ones") : "";
        return $"Measured peaks of the process: {string.Join(", ", new[] { first, later }.Where(part => part.Length > 0))}.";
    }
}
