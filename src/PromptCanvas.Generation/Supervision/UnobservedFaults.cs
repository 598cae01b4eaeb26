namespace PromptCanvas.Generation.Supervision;

/// <summary>Records the exceptions of tasks that no code awaits. .NET raises them when the task is collected.</summary>
public sealed class UnobservedFaults : IDisposable
{
    private readonly BackgroundFaults faults;

    public UnobservedFaults(BackgroundFaults faults)
    {
        this.faults = faults;
        TaskScheduler.UnobservedTaskException += Record;
    }

    public void Dispose() => TaskScheduler.UnobservedTaskException -= Record;

    private void Record(object? sender, UnobservedTaskExceptionEventArgs unobserved)
    {
        faults.Report("UnobservedTask", unobserved.Exception);
        unobserved.SetObserved();
    }
}
