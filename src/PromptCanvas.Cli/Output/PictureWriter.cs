using System.Text.Encodings.Web;
using System.Text.Json;
using PromptCanvas.Cli.Options;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Cli.Output;

/// <summary>Writes finished pictures as <c>NNN-SEED.png</c> and prints their names.</summary>
internal sealed class PictureWriter(DirectoryInfo folder, string prompt, bool json, FileSigning signing)
{
    // The output is not HTML, so keep '+' readable in 'dpm-solver++'.
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Checks before any work that the folder is writable.</summary>
    public void Prepare()
    {
        try
        {
            folder.Create();
            using (File.Create(Path.Combine(folder.FullName, $".promptcanvas-{Environment.ProcessId}"), 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{folder.FullName} is not writable ({fault.Message}): name another folder with --out.");
        }
    }

    /// <param name="picture">The picture.</param>
    /// <param name="plan">How parts were painted into a picture; null if it was generated as a whole.</param>
    public void Write(ImageCompleted picture, EditPlan? plan)
    {
        var text = TextOf(picture, prompt);
        var name = $"{picture.ImageIndex + 1:D3}-{picture.Seed}.png";
        var made = ToRgb(picture.Image);
        var png = plan?.Transparent(made) is { } transparent ? PngEncoder.Encode(transparent, text) : PngEncoder.Encode(made, text);
        Save(name, signing.Sign(png, picture.Recipe, text));
        var path = Path.Combine(folder.FullName, name);
        Console.Out.WriteLine(json
            ? JsonSerializer.Serialize(
                new PictureLine(
                    path,
                    picture.ImageIndex,
                    picture.Seed,
                    picture.Image.Width,
                    picture.Image.Height,
                    prompt,
                    picture.Recipe.Model,
                    picture.Recipe,
                    Math.Round(picture.Timings.Sum(timing => timing.Seconds), 3)),
                Format)
            : path);
    }

    /// <summary>A finished picture as a PNG that says how it was made.</summary>
    public static byte[] Encode(ImageCompleted picture, string prompt, FileSigning signing)
    {
        var text = TextOf(picture, prompt);
        return signing.Sign(PngEncoder.Encode(ToRgb(picture.Image), text), picture.Recipe, text);
    }

    public void WritePreview(StepCompleted step)
    {
        if (step.PredictedImage is { } image)
        {
            var stage = JsonNamingPolicy.CamelCase.ConvertName(step.Stage.ToString());
            Save($"{step.ImageIndex + 1:D3}-{step.Seed}-{stage}-{step.Step:D2}.png", PngEncoder.Encode(ToRgb(image)));
        }
    }

    private static PictureText TextOf(ImageCompleted picture, string prompt) => new(
        prompt, picture.Seed, picture.Recipe.Model, JsonSerializer.Serialize(picture.Recipe, Format), PictureText.ThisSoftware)
    {
        IsComposite = OperationDefinitions.Find(picture.Recipe.Kind) is { PaintsIntoSource: true },
    };

    private static RgbImage ToRgb(SignedImage image) => new(image.Width, image.Height, image.ToRgbBytes());

    /// <summary>Writes to a temporary name first, so that a full disk or a kill leaves no partial picture.</summary>
    private void Save(string name, byte[] bytes)
    {
        var path = Path.Combine(folder.FullName, name);
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException fault)
        {
            File.Delete(temporary);
            throw new IOException($"{path} could not be written ({fault.Message}): free some space or name another folder with --out.", fault);
        }
    }

    /// <summary>One line of <c>--json</c>.</summary>
    private sealed record PictureLine(
        string File, int Index, uint Seed, int Width, int Height, string Prompt, string Model, EffectiveRecipe Recipe, double Seconds);
}
