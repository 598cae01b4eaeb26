using System.CommandLine;
using PromptCanvas.Cli.Options;
using PromptCanvas.Data;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Cli.Output;

/// <summary>Runs a command and turns any failure into one line on standard error and an exit code.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"{parsed.Errors[0].Message} See `promptcanvas {parsed.CommandResult.Command.Name} --help`.").ConfigureAwait(false);
            return ExitCodes.BadInput;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
        catch (BadInputException refusal)
        {
            return await FailAsync(refusal.Message, ExitCodes.BadInput).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync("Cancelled.", ExitCodes.Fault).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is ModelException or StartupException or IOException or UnauthorizedAccessException or InvalidDataException
            or UnsupportedSchemaException or System.Data.Common.DbException)
        {
            return await FailAsync(fault.Message, ExitCodes.Fault).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Last resort: prints unexpected faults in full and ends the process.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return await FailAsync(fault.ToString(), ExitCodes.Fault).ConfigureAwait(false);
        }
    }

    private static async Task<int> FailAsync(string message, int code)
    {
        await Console.Error.WriteLineAsync(message).ConfigureAwait(false);
        return code;
    }
}
