using System.CommandLine;
using System.Globalization;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>models list</c> and <c>models check NAME</c>.</summary>
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

        return new Command("models", "Lists and checks the installed models.") { list, check };
    }

    private static int List()
    {
        using var library = ModelOptions.OpenLibrary();
        var names = library.List();
        if (names.Count == 0)
        {
            throw new BadInputException($"There is no model in {ModelOptions.ModelsFolder()}: put a diffusers folder there.");
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
        var needs = OnnxModelLibrary.Needs(ModelOptions.Folder(name));
        Console.Out.WriteLine($"{model.Name}: every tensor is there and has the expected shape; supported sizes: {string.Join(", ", model.Recipe.Sizes)} pixels.");
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"It needs {needs.Disk / Megabyte:0} MB on disk and about {needs.Memory / Megabyte:0} MB of memory once loaded; its graph cache needs up to {needs.Memory / Megabyte:0} MB more on disk."));
        return ExitCodes.Success;
    }
}
