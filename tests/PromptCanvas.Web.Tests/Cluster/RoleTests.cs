using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Web.Features.Create;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>Setting <c>Studio:Roles</c>: a web node makes no pictures, and a worker serves nothing but health checks and metrics.</summary>
public sealed class RoleTests
{
    private const string Token = "a token of many characters";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_AnswersHealthAndMetrics_AndNothingElse()
    {
        await using var worker = Node("Worker");
        worker.Settings["Metrics:Token"] = Token;
        using var client = worker.Server.CreateClient();

        foreach (var path in (string[])["/", "/gallery", "/sign-in", "/api/jobs", "/v1/models", "/openapi/v1.json", "/_blazor", "/hubs/generation", "/css/app.css", "/setup"])
        {
            using var answer = await client.GetAsync(path, Cancellation);
            Assert.Equal((path, HttpStatusCode.NotFound), (path, answer.StatusCode));
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/live"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/ready"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "/metrics"));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Assert.Contains("promptcanvas_queue_jobs", await client.GetStringAsync("/metrics", Cancellation), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(worker.DataFolder, "setup-token")));
    }

    [Fact]
    public async Task WebNode_TakesJobs_WhichTheWorkerMakes()
    {
        await using var nodes = await Nodes.StartAsync(redis: null);
        var client = nodes.One.CreateClient();
        var job = await client.EndOfJobAsync(await client.StartJobAsync(count: 1));

        Assert.Equal("done", job.GetProperty("state").GetString());
        Assert.Equal(0, nodes.One.Engine.PicturesShown);
        var picture = job.GetProperty("images")[0].GetProperty("id").GetGuid();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(nodes.Other.CreateClient(), $"/api/images/{picture}/content"));
    }

    [Fact]
    public async Task WebNode_Alone_ClaimsNothingAndRefusesWhatNeedsItsEngine()
    {
        await using var web = Node("Web");
        var client = web.CreateClient();
        await client.StartJobAsync(count: 1);
        var services = web.Services.GetServices<IHostedService>().Select(service => service.GetType().Name).ToList();

        Assert.DoesNotContain("GenerationWorker", services);
        Assert.DoesNotContain("Watchdog", services);
        Assert.Contains(nameof(IdleService), services);
        using var answer = await client.PostAsJsonAsync(
            "/api/sketches", new { inputs = new[] { new { text = "a cube" }, new { text = "a ball" } }, seed = 7 }, Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("without an engine", (await answer.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Null(web.Services.GetRequiredService<IModelStatus>().Problem);
        Assert.Equal(0, web.Engine.AtWork);
    }

    [Theory]
    [InlineData("Web")]
    [InlineData("Worker")]
    public async Task Role_WithoutASharedQueue_DoesNotStart(string role)
    {
        await using var studio = new Studio { Settings = { ["Studio:Roles"] = role } };

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => Task.Run(() => studio.Server, Cancellation));

        Assert.NotNull(fault);
    }

    [Theory]
    [InlineData("Web", true, false)]
    [InlineData("Worker", false, true)]
    [InlineData("Web,Worker", true, true)]
    [InlineData("worker, web", true, true)]
    public async Task Roles_AreReadAsWritten(string roles, bool isWeb, bool isWorker)
    {
        await using var studio = Node(roles);
        var options = studio.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<StudioOptions>>().Value;

        Assert.Equal((isWeb, isWorker), (options.IsWeb, options.IsWorker));
    }

    [Fact]
    public void Roles_ByDefault_AreBoth() => Assert.Equal((true, true), (new StudioOptions().IsWeb, new StudioOptions().IsWorker));

    private static Studio Node(string roles)
    {
        var node = new Studio { Settings = { ["Studio:Roles"] = roles, ["Generation:SharedQueue"] = "true" } };
        node.Engine.RunsHere = roles != "Web";
        return node;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }
}
