using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>Gives a process of the real program the scripted engine. While a file exists, its pictures do not go beyond an early step.</summary>
internal sealed class ScriptedProgram : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private const string Hold = "PROMPTCANVAS_TESTS_HOLD";
    private static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(5);

    private readonly ScriptedEngine engine;

    private ScriptedProgram(string hold) => engine = new ScriptedEngine { HeldBy = hold, ShowsWhileWaiting = true, StepTime = StepTime };

    /// <summary>The environment of such a process.</summary>
    /// <param name="hold">The file.</param>
    public static IReadOnlyDictionary<string, string> Environment(string hold) => new Dictionary<string, string>
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(ScriptedProgram).Assembly.Location,
        [Hold] = hold,
    };

    /// <summary>Called in every process with this hook; does nothing where the engine stays.</summary>
    public static void Begin()
    {
        if (System.Environment.GetEnvironmentVariable(Hold) is { } hold)
        {
            DiagnosticListener.AllListeners.Subscribe(new ScriptedProgram(hold));
        }
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.Extensions.Hosting")
        {
            value.Subscribe(this);
        }
    }

    // After the program's own registrations.
    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: "HostBuilding", Value: IHostBuilder host })
        {
            host.ConfigureServices(services => services.Replace(ServiceDescriptor.Singleton<IEngineProvider>(provider =>
            {
                engine.RunsHere = provider.GetRequiredService<IOptions<StudioOptions>>().Value.IsWorker;
                return engine;
            })));
        }
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }
}
