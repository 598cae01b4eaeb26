using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PromptCanvas.Generation.Supervision;

/// <summary>Ends the process after a fault that no retry can fix.</summary>
/// <param name="logger">Logs the reason.</param>
/// <param name="lifetime">The host; null without one.</param>
public sealed class ProcessExit(ILogger<ProcessExit> logger, IHostApplicationLifetime? lifetime = null)
{
    /// <summary>Exit code of a process that ended itself. Never 0, so that a service manager restarts or reports it.</summary>
    public const int Fault = 3;

    private volatile int code;

    /// <summary>0 after an ordinary stop.</summary>
    public int Code => code;

    public void Leave(string reason)
    {
        code = Fault;
        logger.LogCritical("PromptCanvas stops: {Reason}", reason);
        lifetime?.StopApplication();
    }
}
