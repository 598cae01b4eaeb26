using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Journeys;

/// <summary>A studio with a scripted engine on a real port, for what does not depend on the model.</summary>
public sealed class ScriptedStudio : IAsyncLifetime
{
    private readonly Studio studio = new();

    public Uri Address => studio.ClientOptions.BaseAddress;

    /// <summary>Somebody with this address; made when there is nobody yet.</summary>
    public Task<SomebodyInTest> PersonAsync(string email, string role) => studio.PersonAsync(email, role);

    public ScriptedEngine Engine => studio.Engine;

    public ValueTask InitializeAsync()
    {
        studio.Engine.ShowsWhileWaiting = true;
        studio.UseKestrel(0);
        studio.StartServer();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => studio.DisposeAsync();
}
