using System.CommandLine;
using PromptCanvas.Cli.Maintenance;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>doctor</c>: checks database, ledger, image store and models.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var data = Installation.Option();
        var full = new Option<bool>("--full") { Description = "Also read every picture and compare its hash." };
        var command = new Command("doctor", "Checks database, ledger, pictures and models without changing anything. Exits with 1 if something is wrong.") { data, full };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(data), parsed.GetValue(full), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? data, bool full, CancellationToken cancellationToken)
    {
        using var installation = Installation.Open(data);
        var findings = await DoctorChecks.RunAsync(installation, full, cancellationToken).ConfigureAwait(false);
        var well = true;
        foreach (var finding in findings.Concat(Models()))
        {
            well &= finding.Fault is null;
            await Console.Out.WriteLineAsync($"{Mark(finding)}  {finding.Area}: {finding.Fault ?? finding.Warning ?? finding.Well}").ConfigureAwait(false);
        }

        return well ? ExitCodes.Success : ExitCodes.Fault;
    }

    private static string Mark(Finding finding) => finding switch
    {
        { Fault: not null } => "WRONG",
        { Warning: not null } => "warn ",
        _ => "ok   ",
    };

    private static List<Finding> Models()
    {
        using var library = ModelOptions.OpenLibrary();
        var names = library.List();
        if (names.Count == 0)
        {
            return [new Finding("models", $"There is no model in {ModelOptions.ModelsFolder()}: put a diffusers folder there.")];
        }

        var findings = new List<Finding>();
        foreach (var name in names)
        {
            try
            {
                _ = ModelOptions.Open(library, name);
                findings.Add(new Finding("models", null, $"{name}, all tensors are present"));
            }
            catch (ModelException fault)
            {
                findings.Add(new Finding("models", $"{name}: {fault.Message}"));
            }
        }

        return findings;
    }
}
