using System.CommandLine;
using System.Globalization;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Cli.Options;

/// <summary>The model that a command uses, and the device it runs on.</summary>
internal static class ModelOptions
{
    public static Option<string?> Model() => new("--model") { Description = "A model's name, or the path of its folder.", HelpName = "NAME|FOLDER" };

    /// <summary>The models folder: <c>Models__Folder</c>, else <c>models</c> in the current folder, in one above it, or next to the program or above it.</summary>
    public static string ModelsFolder()
    {
        if (Environment.GetEnvironmentVariable("Models__Folder") is { Length: > 0 } configured)
        {
            return Path.GetFullPath(configured);
        }

        foreach (var start in new[] { Environment.CurrentDirectory, AppContext.BaseDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var candidate = Path.Combine(folder.FullName, "models");
                if (Directory.Exists(candidate) && Directory.EnumerateFiles(candidate, "model_index.json", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }).Any())
                {
                    return candidate;
                }
            }
        }

        return Path.GetFullPath("models");
    }

    /// <summary>Opens the models folder with the device named by the environment.</summary>
    public static OnnxModelLibrary OpenLibrary()
    {
        return new OnnxModelLibrary(
            ModelsFolder(), Environment.GetEnvironmentVariable("Models__Default") ?? "starter", Inference(), Report);
    }

    /// <summary>Prints faults always, other notices only in a terminal.</summary>
    public static void Report(ProviderNotice notice)
    {
        if (notice.IsFault || !Console.IsErrorRedirected)
        {
            Console.Error.WriteLine(notice.Text);
        }
    }

    /// <summary>The device named by the environment, with the studio's variables.</summary>
    public static InferenceOptions Inference() => new()
    {
        ExecutionProvider = Environment.GetEnvironmentVariable("Inference__ExecutionProvider") ?? ProviderNames.Auto,
        Threads = int.TryParse(Environment.GetEnvironmentVariable("Inference__Threads"), NumberStyles.None, CultureInfo.InvariantCulture, out var threads) ? threads : 0,
        Precision = Word<InferencePrecision>("Inference__Precision"),
        PackedGraphs = Word<PackedGraphs>("Inference__PackedGraphs"),
        MemoryGigabytes = double.TryParse(Environment.GetEnvironmentVariable("Inference__MemoryGigabytes"), NumberStyles.Float, CultureInfo.InvariantCulture, out var gigabytes) ? gigabytes : 0,
        GraphCache = Environment.GetEnvironmentVariable("Inference__GraphCache") ?? Path.Combine(CacheFolder(), "promptcanvas", "graphs"),
    };

    /// <summary>A setting of the environment that is one of several words; absent = the first.</summary>
    /// <exception cref="BadInputException">It is another word.</exception>
    private static T Word<T>(string name)
        where T : struct, Enum
    {
        var text = Environment.GetEnvironmentVariable(name);
        if (string.IsNullOrEmpty(text))
        {
            return default;
        }

        return Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : throw new BadInputException($"{name} is '{text}': it must be one of {string.Join(", ", Enum.GetNames<T>())}.");
    }

    /// <summary>The user's cache folder: <c>XDG_CACHE_HOME</c>, else <c>~/.cache</c>, else the system's folder for local data.</summary>
    private static string CacheFolder()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } configured)
        {
            return configured;
        }

        return OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }

    /// <summary>A model's folder by name or path.</summary>
    /// <exception cref="BadInputException">There is no such model.</exception>
    public static string Folder(string nameOrFolder)
    {
        foreach (var candidate in new[] { Path.Combine(ModelsFolder(), nameOrFolder), nameOrFolder })
        {
            if (File.Exists(Path.Combine(candidate, "model_index.json")))
            {
                return Path.GetFullPath(candidate);
            }
        }

        throw Unknown(nameOrFolder);
    }

    /// <summary>Opens a model by name or folder.</summary>
    /// <exception cref="BadInputException">There is no such model.</exception>
    public static UnClipModel Open(OnnxModelLibrary library, string? nameOrFolder)
    {
        return library.OpenFolder(Folder(nameOrFolder ?? library.DefaultName));
    }

    /// <summary>Applies the defaults of one of the model's profiles.</summary>
    /// <param name="profile">fast, best, or null for the model's own defaults.</param>
    /// <exception cref="BadInputException">The model has no such profile.</exception>
    public static UnClipModel WithProfile(UnClipModel model, string? profile)
    {
        if (profile is null)
        {
            return model;
        }

        return model.Recipe.Profiles.TryGetValue(profile, out var recipe)
            ? model with { Recipe = recipe }
            : throw new BadInputException($"{model.Name} has no profile '{profile}': omit --{profile}, or add one to its recipe.json.");
    }

    private static BadInputException Unknown(string name)
    {
        using var library = OpenLibrary();
        var known = library.List();
        return new BadInputException(known.Count == 0
            ? $"There is no model '{name}', and none in {ModelsFolder()}: put a diffusers folder there, or name one with --model FOLDER."
            : $"There is no model '{name}': choose {string.Join(", ", known)}, or name a folder with a model_index.json.");
    }
}
