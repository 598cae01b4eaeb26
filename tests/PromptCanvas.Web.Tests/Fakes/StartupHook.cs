using System.Runtime.Loader;
using PromptCanvas.Web.Tests.Fakes;

#pragma warning disable CA1050 // The runtime looks for this name.

/// <summary>Runs before the real program: finds what only the tests have.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        AssemblyLoadContext.Default.Resolving += static (context, name) =>
            Path.Combine(Path.GetDirectoryName(typeof(StartupHook).Assembly.Location)!, $"{name.Name}.dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        ScriptedProgram.Begin();
    }
}
