using System.Text.Json;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Kandinsky 2.2 as one model: a folder whose <c>model_index.json</c> says where its two or three published folders lie inside it.</summary>
/// <remarks>A part may be a link to a folder elsewhere; its path in the index may not lead out.</remarks>
internal sealed class KandinskyFolder
{
    /// <summary>The pipeline class that the joining index names.</summary>
    public const string JoinedClass = "PromptCanvasKandinsky22";

    private const string PriorPart = "prior";
    private const string DecoderPart = "decoder";
    private const string InpaintPart = "inpaint";

    /// <summary>The published halves with their names in this project.</summary>
    private static readonly Dictionary<string, string> Halves = new(StringComparer.Ordinal)
    {
        ["KandinskyV22PriorPipeline"] = PriorPart,
        ["KandinskyV22PriorEmb2EmbPipeline"] = PriorPart,
        ["KandinskyV22Pipeline"] = DecoderPart,
        ["KandinskyV22Img2ImgPipeline"] = DecoderPart,
        ["KandinskyV22InpaintPipeline"] = InpaintPart,
    };

    private KandinskyFolder(string path, DiffusersFolder prior, DiffusersFolder decoder, DiffusersFolder? inpaint)
    {
        Path = path;
        Prior = prior;
        Decoder = decoder;
        Inpaint = inpaint;
    }

    /// <summary>The joining folder.</summary>
    public string Path { get; }

    /// <summary>The model's name: its folder's.</summary>
    public string Name => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path)));

    /// <summary>Prior, CLIP and tokenizer.</summary>
    public DiffusersFolder Prior { get; }

    /// <summary>The decoder's network and its autoencoder.</summary>
    public DiffusersFolder Decoder { get; }

    /// <summary>The inpainting network and its autoencoder, where the model has them.</summary>
    public DiffusersFolder? Inpaint { get; }

    /// <summary>The parts that are there.</summary>
    public IEnumerable<DiffusersFolder> Parts => Inpaint is null ? [Prior, Decoder] : [Prior, Decoder, Inpaint];

    /// <summary>Whether a folder joins others; false for one that is no model or cannot be read, which its reader says.</summary>
    public static bool IsJoined(string path) => DiffusersFolder.IsModel(path) && DiffusersFolder.Open(path).ClassName == JoinedClass;

    /// <summary>Opens the parts' indices.</summary>
    /// <param name="path">The joining folder.</param>
    /// <exception cref="ModelException">A part is missing, leads out, or is another one.</exception>
    public static KandinskyFolder Open(string path)
    {
        var indexPath = System.IO.Path.Combine(path, DiffusersFolder.IndexName);
        using var index = JsonFile.Open(indexPath);
        var unknown = index.Root.EnumerateObject().Select(property => property.Name)
            .FirstOrDefault(name => !name.StartsWith('_') && name is not (PriorPart or DecoderPart or InpaintPart));
        return unknown is null
            ? new KandinskyFolder(
                path,
                OpenPart(path, index.Root, PriorPart) ?? throw Missing(indexPath, PriorPart),
                OpenPart(path, index.Root, DecoderPart) ?? throw Missing(indexPath, DecoderPart),
                OpenPart(path, index.Root, InpaintPart))
            : throw new ModelException($"{indexPath}: '{ShapeNames.Printable(unknown)}' is not a part; it has {PriorPart}, {DecoderPart} and {InpaintPart}.");
    }

    /// <summary>Refuses one of the published halves where a whole model is wanted, and says how to join them.</summary>
    /// <exception cref="ModelException">The folder is a half.</exception>
    public static void RefuseHalf(DiffusersFolder folder)
    {
        if (folder.ClassName is { } name && Halves.TryGetValue(name, out var part))
        {
            throw new ModelException(
                $"{folder.Path} is only the {part} part of Kandinsky 2.2: put it into a folder as '{part}' together with the other parts, with a "
                + $"{DiffusersFolder.IndexName} that says {{\"_class_name\": \"{JoinedClass}\", \"prior\": \"prior\", \"decoder\": \"decoder\"}}.");
        }
    }

    private static DiffusersFolder? OpenPart(string path, JsonElement index, string part)
    {
        if (!index.TryGetProperty(part, out var value))
        {
            return null;
        }

        var indexPath = System.IO.Path.Combine(path, DiffusersFolder.IndexName);
        var place = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (place.Length == 0 || System.IO.Path.IsPathRooted(place) || place.Split('/', '\\').Contains(".."))
        {
            throw new ModelException($"{indexPath}: '{part}' must be the name of a folder next to it, such as \"{part}\"; link to one that is elsewhere.");
        }

        var folder = System.IO.Path.Combine(path, place);
        if (!DiffusersFolder.IsModel(folder))
        {
            throw new ModelException($"{folder}, the {part} part of {path}, is missing or has no {DiffusersFolder.IndexName}: download it there, or link it.");
        }

        var opened = DiffusersFolder.Open(folder);
        return opened.ClassName is { } name && Halves.TryGetValue(name, out var actual) && actual == part
            ? opened
            : throw new ModelException(
                $"{folder} is no {part} part of Kandinsky 2.2: its {DiffusersFolder.IndexName} says {ShapeNames.Printable(opened.ClassName ?? "nothing")}.");
    }

    private static ModelException Missing(string indexPath, string part) =>
        new($"{indexPath} does not name the folder of the {part} part: add \"{part}\": \"{part}\", and put that part of Kandinsky 2.2 there.");
}
