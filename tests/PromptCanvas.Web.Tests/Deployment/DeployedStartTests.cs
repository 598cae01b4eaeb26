using System.Net;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Faults;

namespace PromptCanvas.Web.Tests.Deployment;

/// <summary>The real program as a web node and a worker with the environment of each form of deployment. Only addresses, the data folder and the place of the
/// secrets are the test's own; containers, probes and units are not tried here.</summary>
public sealed class DeployedStartTests(PostgresServer postgres, SharedS3Server stores) : IClassFixture<SharedS3Server>, IAsyncDisposable
{
    private const string Bucket = "promptcanvas";
    private const string MetricsToken = "a token of a test";

    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-deployed-").FullName;
    private RedisServer? redis;
    private S3Server? store;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("compose")]
    [InlineData("kubernetes")]
    [InlineData("systemd")]
    public async Task WebNodeAndWorker_WithTheEnvironmentOfTheFiles_MakeAPicture(string form)
    {
        Assert.SkipUnless(Directory.Exists(StudioProcess.Starter), "This checkout has no models/starter yet.");
        var connection = await postgres.NewDatabaseAsync();
        redis = await RedisServer.StartAsync();
        store = await stores.GetAsync();
        await store.CreateAsync(Bucket);
        WriteSecrets(connection);
        string key;
        await using (var studio = new Studio(Path.Combine(folder, "first")) { Settings = { ["Database:Provider"] = "PostgreSql", ["ConnectionStrings:PromptCanvas"] = connection } })
        {
            key = studio.Administrator.Key;
        }

        await using var web = await StartAsync(form, "web", key);
        await using var worker = await StartAsync(form, "worker", key);
        using var client = web.Client();

        var job = await client.EndOfJobAsync(await client.StartJobAsync(count: 1));

        Assert.Equal("done", job.GetProperty("state").GetString());
        Assert.NotEmpty(await client.GetByteArrayAsync(job.GetProperty("images")[0].GetProperty("contentUrl").GetString(), Cancellation));
        using var pages = worker.Client();
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(pages, "/sign-in"));
        using var monitor = worker.Client(MetricsToken);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(monitor, "/metrics"));
    }

    public async ValueTask DisposeAsync()
    {
        if (redis is not null)
        {
            await redis.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }

    private void WriteSecrets(string connection)
    {
        foreach (var (name, secret) in (IEnumerable<(string, string)>)
            [("connection", connection), ("redis", redis!.Address), ("s3-access-key", S3Server.Key), ("s3-secret-key", S3Server.Secret), ("metrics-token", MetricsToken)])
        {
            File.WriteAllText(Path.Combine(folder, name), secret + "\n");
        }
    }

    private Task<StudioProcess> StartAsync(string form, string part, string key)
    {
        var environment = DeployedEnvironments.Of(form, part).ToDictionary(pair => pair.Key, pair => pair.Key switch
        {
            "Cluster__Redis" => redis!.Address,
            "Storage__S3__Endpoint" => store!.Address,
            _ => DeployedEnvironments.SecretFolders.FirstOrDefault(place => pair.Value.StartsWith(place, StringComparison.Ordinal)) is { } place
                ? Path.Combine(folder, pair.Value[place.Length..])
                : pair.Value,
        });
        return StudioProcess.StartAsync(Path.Combine(folder, part), key, new Dictionary<string, string?>(), environment);
    }
}
