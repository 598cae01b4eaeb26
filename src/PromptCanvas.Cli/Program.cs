using System.CommandLine;
using PromptCanvas.Cli.Commands;
using PromptCanvas.Cli.Output;

namespace PromptCanvas.Cli;

/// <summary>The <c>promptcanvas</c> command: exit 0 on success, 2 on bad input, 1 on a fault.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args)
    {
        var root = new RootCommand("PromptCanvas: pictures from text with unCLIP, on your own machine.")
        {
            GenerateCommand.Create(),
            EditCommands.CreateEdit(),
            EditCommands.CreateErase(),
            EditCommands.CreateExtend(),
            VaryCommand.Create(),
            BlendCommand.Create(),
            TextDiffCommand.Create(),
            DatasetCommand.Create(),
            BiasCommand.Create(),
            DescribeCommand.Create(),
            EmbedCommand.Create(),
            NetworkCommand.Create(),
            ModelsCommand.Create(),
            BenchCommand.Create(),
            UsersCommand.Create(),
            DoctorCommand.Create(),
            BackupCommand.Create(),
            RestoreCommand.Create(),
            StorageCommand.Create(),
            VerifyCommand.Create(),
        };
        return CommandRunner.RunAsync(root, args);
    }
}
