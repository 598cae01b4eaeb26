using System.Globalization;
using System.Text;
using System.Text.Json;
using PromptCanvas.Cli.Options;
using PromptCanvas.Generation.Bias;

namespace PromptCanvas.Cli.Bias;

/// <summary>The folder of a bias audit: its plan and its pictures, from which an interrupted run goes on, and its report.</summary>
internal sealed class BiasFolder(DirectoryInfo folder)
{
    private const string PlanFile = "plan.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string Root => folder.FullName;

    /// <summary>Begins the audit, or finds that the same plan was begun here.</summary>
    /// <exception cref="BadInputException">The folder cannot be written, holds another audit, or holds something else.</exception>
    public void Open(BiasPlan plan)
    {
        var text = JsonSerializer.Serialize(plan, Json);
        var path = Path.Combine(Root, PlanFile);
        try
        {
            if (File.Exists(path))
            {
                if (File.ReadAllText(path) != text)
                {
                    throw new BadInputException($"{Root} holds another audit: repeat that one's options to go on with it, or name another folder with --out.");
                }
            }
            else if (folder.Exists && folder.EnumerateFileSystemInfos().Any())
            {
                throw new BadInputException($"{Root} is not empty: name a new folder with --out.");
            }
            else
            {
                folder.Create();
                Save(PlanFile, Encoding.UTF8.GetBytes(text));
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{Root} is not writable ({fault.Message}): name another folder with --out.");
        }
    }

    /// <summary>The path of a picture, whether it is there or not.</summary>
    public string PictureOf(BiasPlan plan, int prompt, int picture) => Path.Combine(
        Root, "pictures", string.Create(CultureInfo.InvariantCulture, $"{prompt + 1:D2}-{picture + 1:D4}-{unchecked(plan.Seed + (uint)picture)}.png"));

    /// <summary>Writes a file whole or not at all.</summary>
    public void Save(string name, byte[] bytes)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes($"{path}.tmp", bytes);
        File.Move($"{path}.tmp", path, overwrite: true);
    }
}
