namespace PromptCanvas.Generation.Supervision;

/// <summary>The last place for the exception of a task that nothing waits for. .NET raises it when the task is collected.</summary>
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
