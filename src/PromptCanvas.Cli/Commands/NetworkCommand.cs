using System.CommandLine;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Onnx;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>network NAME</c>: runs one component alone, for parity checks against another implementation.</summary>
internal static class NetworkCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The component's folder name: text_encoder, prior, decoder, super_res_first, …; of Kandinsky unet, movq_encoder, movq_decoder; of Stable unCLIP unet, vae_encoder, vae_decoder, prior_text_encoder." };
        var model = ModelOptions.Model();
        model.Required = true;
        var inputs = new Option<FileInfo>("--inputs") { Description = "A safetensors file with every input.", Required = true };
        var outputs = new Option<FileInfo>("--outputs") { Description = "The safetensors file to write.", Required = true };
        var command = new Command("network", "Runs one network of a model on tensors from a file.") { name, model, inputs, outputs };
        command.SetAction((parsed, cancellationToken) => Task.FromResult(Run(
            parsed.GetRequiredValue(name),
            ModelOptions.Folder(parsed.GetRequiredValue(model)!),
            parsed.GetRequiredValue(inputs),
            parsed.GetRequiredValue(outputs),
            cancellationToken)));
        return command;
    }

    private static int Run(string name, string folder, FileInfo inputs, FileInfo outputs, CancellationToken cancellationToken)
    {
        if (!inputs.Exists)
        {
            throw new BadInputException($"There is no file {inputs.FullName}: name the inputs with --inputs.");
        }

        try
        {
            var providers = new ExecutionProviders(ModelOptions.Inference(), ModelOptions.Report);
            NetworkRunner.Run(folder, name, inputs.FullName, outputs.FullName, providers, cancellationToken);
            return ExitCodes.Success;
        }
        catch (Exception refusal) when (refusal is ArgumentException or ModelException)
        {
            throw new BadInputException(refusal.Message.ReplaceLineEndings(" "));
        }
    }
}
