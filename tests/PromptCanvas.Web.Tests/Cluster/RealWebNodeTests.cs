using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Faults;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>The real program with the shipped model as a web node and a worker.</summary>
public sealed class RealWebNodeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-node-").FullName;

    [Fact]
    public async Task WebNode_ChecksAndTakesJobs_LoadsNoWeightsAndNoRuntime()
    {
        Assert.SkipUnless(Directory.Exists(StudioProcess.Starter), "This checkout has no models/starter yet.");
        Assert.SkipUnless(File.Exists("/proc/self/maps"), "This operating system does not list mapped files in /proc.");
        string key;
        await using (var studio = new Studio(folder))
        {
            key = studio.Administrator.Key;
        }

        await using var web = await StudioProcess.StartAsync(folder, key, Role("Web"));
        await using var worker = await StudioProcess.StartAsync(folder, key, Role("Worker"));
        using var client = web.Client();

        var job = await client.EndOfJobAsync(await client.StartJobAsync(count: 1));

        Assert.Equal("done", job.GetProperty("state").GetString());
        Assert.True(worker.HasMapped("libonnxruntime"));
        Assert.False(web.HasMapped("libonnxruntime"));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static Dictionary<string, string?> Role(string role) => new() { ["Studio:Roles"] = role, ["Generation:SharedQueue"] = "true" };
}
