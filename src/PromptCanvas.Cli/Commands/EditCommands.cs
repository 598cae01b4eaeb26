using System.CommandLine;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>edit</c>, <c>erase</c> and <c>extend</c>: repaint a part of a picture, or paint beyond its edges.</summary>
internal static class EditCommands
{
    public static Command CreateEdit()
    {
        var (image, mask, prompt) = (Image(), Mask(), new Argument<string>("PROMPT") { Description = "What the finished picture shows." });
        PictureOptions.RefuseOptions(prompt);
        return Make(
            "edit",
            "Repaints the masked part of a picture from a prompt; all other pixels stay unchanged.",
            [image, prompt],
            [mask],
            parsed => EditPlan.Edit(PictureInput.Picture(parsed.GetRequiredValue(image)), ReadMask(parsed, mask)),
            parsed => parsed.GetRequiredValue(prompt));
    }

    public static Command CreateErase()
    {
        var (image, mask) = (Image(), Mask());
        return Make(
            "erase",
            "Removes the masked part of a picture and fills in the background.",
            [image],
            [mask],
            parsed => EditPlan.Erase(PictureInput.Picture(parsed.GetRequiredValue(image)), ReadMask(parsed, mask)),
            prompt: null);
    }

    public static Command CreateExtend()
    {
        var (image, prompt) = (Image(), new Argument<string?>("PROMPT") { Description = "What the extended picture shows. Without a prompt the picture is continued.", Arity = ArgumentArity.ZeroOrOne });
        PictureOptions.RefuseOptions(prompt);
        Option<int> left = new("--left"), right = new("--right"), up = new("--up"), down = new("--down");
        Option<int>[] sides = [left, right, up, down];
        foreach (var side in sides)
        {
            side.Description = $"Pixels to add: {side.Name[2..]}.";
            side.HelpName = "PIXELS";
        }

        var aspect = new Option<string?>("--aspect") { Description = "Extend to this aspect ratio, such as 16:9, in place of pixels; the picture stays in the middle.", HelpName = "W:H" };
        return Make(
            "extend",
            "Extends a picture beyond its edges; its own pixels stay unchanged.",
            [image, prompt],
            [.. sides, aspect],
            parsed => Extend(
                PictureInput.Picture(parsed.GetRequiredValue(image)),
                new Extension(parsed.GetValue(left), parsed.GetValue(right), parsed.GetValue(up), parsed.GetValue(down)),
                parsed.GetValue(aspect)),
            parsed => parsed.GetValue(prompt) ?? "");
    }

    private static Result<EditPlan> Extend(RgbImage picture, Extension sides, string? aspect)
    {
        if (aspect is null)
        {
            return EditPlan.Extend(picture, sides);
        }

        return sides == Extension.None
            ? EditPlan.Extend(picture, PictureOptions.ParseAspect(aspect))
            : throw new BadInputException("Name either the pixels or the aspect, not both.");
    }

    private static Command Make(
        string name,
        string description,
        IReadOnlyList<Argument> arguments,
        IEnumerable<Option> own,
        Func<ParseResult, Result<EditPlan>> plan,
        Func<ParseResult, string>? prompt)
    {
        var options = new PictureOptions();
        var size = new Option<int?>("--size") { Description = "Side in pixels at which the model paints, not the size of the result: 64, 256, 512 or 1024. Default: the nearest to the painted part." };
        var command = new Command(name, description);
        foreach (var argument in arguments)
        {
            command.Add(argument);
        }

        foreach (var option in own.Append(size))
        {
            command.Add(option);
        }

        options.AddTo(command, hasNegative: prompt is not null, hasPrior: prompt is not null, isSized: false);
        var styles = prompt is null ? null : new StyleOptions(command);

        command.SetAction((parsed, cancellationToken) =>
        {
            if (!plan(parsed).TryGet(out var accepted, out var refusal))
            {
                throw new BadInputException(refusal.Message);
            }

            var common = options.Request(parsed, prompt?.Invoke(parsed) ?? "");
            var request = common.Prompt.Length == 0 && name != "edit"
                ? common with { Overrides = common.Overrides with { Conditioning = ConditioningMode.KnownPicture } }
                : common;
            var source = PictureInput.Read(parsed.GetRequiredValue((Argument<string>)arguments[0]), PictureDecoder.DecodeTransparent);
            return RunAsync(
                accepted.WithTransparency(source), request, (parsed.GetValue(size), options.Model(parsed), styles?.Read(parsed)), options.Run(parsed, request), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        EditPlan plan, GenerationRequest request, (int? Size, string? Model, StyleFolder? Style) chosen, PictureRun run, CancellationToken cancellationToken)
    {
        using var session = new ModelSession(chosen.Model);
        var sized = request with { Size = chosen.Size ?? session.Engine.WorkingSizeFor(plan.LargestFrame) };
        sized = await StyleFolder.AddToAsync(chosen.Style, sized, session, cancellationToken).ConfigureAwait(false);
        if (PictureEditor.Validate(session.Engine, plan, sized) is { } problem)
        {
            throw new BadInputException(problem);
        }

        run.Prepare();
        if (plan.Mask.KeepsNothing)
        {
            await Console.Error.WriteLineAsync("The mask covers the whole picture: only its size is kept.").ConfigureAwait(false);
        }

        return await run.WriteAsync(PictureEditor.EditAsync(session.Engine, plan, sized, cancellationToken), sized.Count, plan).ConfigureAwait(false);
    }

    private static Argument<string> Image()
    {
        var image = new Argument<string>("IMAGE") { Description = "A JPEG, PNG, WebP or AVIF file." };
        PictureOptions.RefuseOptions(image);
        return image;
    }

    private static Option<string> Mask() => new("--mask")
    {
        Description = "A picture of the same size. Transparent pixels are repainted; in a mask without transparency, black ones.",
        HelpName = "FILE",
        Required = true,
    };

    private static KeepMask ReadMask(ParseResult parsed, Option<string> mask) => PictureInput.Read(parsed.GetRequiredValue(mask), MaskReader.Read);
}
