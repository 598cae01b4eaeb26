namespace PromptCanvas.Tests.Shared;

/// <summary>One S3 server for the tests of a class, because it takes seconds to start. Each test uses a bucket of its own.</summary>
public sealed class SharedS3Server : IAsyncDisposable
{
    private S3Server? server;

    /// <summary>The running server; skips the test if none is installed.</summary>
    public async Task<S3Server> GetAsync()
    {
        if (server is null)
        {
            server = await S3Server.StartAsync();
        }
        else if (!server.IsRunning)
        {
            await server.ResumeAsync();
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}
