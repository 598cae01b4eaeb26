using System.CommandLine;
using System.CommandLine.Parsing;
using System.Data.Common;
using PromptCanvas.Cli.Options;
using PromptCanvas.Data;
using PromptCanvas.Diffusion;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Cli.Output;

/// <summary>Runs a command and turns any failure into one line on standard error and an exit code.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        NumberOptions.Apply(root);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"{parsed.Errors[0].Message} See `promptcanvas {parsed.CommandResult.Command.Name} --help`.").ConfigureAwait(false);
            return ExitCodes.BadInput;
        }

        if (parsed.CommandResult.Children.Select(Check).FirstOrDefault(check => check.Refusal is not null).Refusal is { } refusal)
        {
            return await FailAsync(refusal.Message, ExitCodes.BadInput).ConfigureAwait(false);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
        catch (BadInputException bad)
        {
            return await FailAsync(bad.Message, ExitCodes.BadInput).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync("Cancelled.", ExitCodes.Fault).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is ModelException or StartupException or IOException or UnauthorizedAccessException or InvalidDataException
            or UnsupportedSchemaException)
        {
            return await FailAsync(fault.Message, ExitCodes.Fault).ConfigureAwait(false);
        }
        catch (Exception fault) when (DatabaseFaultIn(fault) is { } cause)
        {
            return await FailAsync(cause.Message, ExitCodes.Fault).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Last resort: prints unexpected faults in full and ends the process.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return await FailAsync(fault.ToString(), ExitCodes.Fault).ConfigureAwait(false);
        }
    }

    // EF Core wraps a driver's exception, at times twice. Its own sentence names the server or the file, which helps at a terminal.
    private static DbException? DatabaseFaultIn(Exception? fault) => fault is null ? null : fault as DbException ?? DatabaseFaultIn(fault.InnerException);

    private static Result Check(SymbolResult symbol) => symbol switch
    {
        ArgumentResult argument => Check(argument.Argument.Name, argument.Tokens),
        OptionResult option => Check(option.Option.Name, option.Tokens),
        _ => Result.Done,
    };

    private static Result Check(string name, IReadOnlyList<Token> tokens) =>
        tokens.Select(token => TextChecks.Check(name, token.Value)).FirstOrDefault(check => check.Refusal is not null);

    private static async Task<int> FailAsync(string message, int code)
    {
        await Console.Error.WriteLineAsync(message).ConfigureAwait(false);
        return code;
    }
}
