namespace PromptCanvas.ModelHub.Tests;

/// <summary>A hub with one small model, and a models folder.</summary>
public abstract class HubTest : IAsyncLifetime
{
    protected const string Repository = "painters/tiny";
    protected const string Index = """
        { "_class_name": "UnCLIPPipeline", "decoder": ["diffusers", "UNet2DConditionModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
          "decoder_scheduler": ["diffusers", "UnCLIPScheduler"], "safety_checker": [null, null] }
        """;

    // Three parts and a bit, so that parts, their order and the last one's length all matter.
    protected const int PartBytes = 100_000;
    protected const int WeightsBytes = (3 * PartBytes) + 17;

    protected static byte[] Weights { get; } = Bytes(WeightsBytes, seed: 5);

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected HubServer Server { get; private set; } = null!;

    protected string Folder { get; } = Directory.CreateTempSubdirectory("promptcanvas-hub-").FullName;

    public async ValueTask InitializeAsync()
    {
        Server = await HubServer.StartAsync();
        Server.Add(Repository, "model_index.json", Index)
            .Add(Repository, "README.md", "A tiny painter.")
            .Add(Repository, ".gitattributes", "*.safetensors filter=lfs")
            .Add(Repository, "decoder/config.json", "{}")
            .Add(Repository, "decoder/diffusion_pytorch_model.safetensors", Weights, isLarge: true)
            .Add(Repository, "decoder/diffusion_pytorch_model.bin", Bytes(1000, seed: 1), isLarge: true)
            .Add(Repository, "decoder/diffusion_pytorch_model.fp16.safetensors", Bytes(WeightsBytes / 2, seed: 2), isLarge: true)
            .Add(Repository, "decoder_scheduler/scheduler_config.json", "{}")
            .Add(Repository, "tokenizer/vocab.json", "{}")
            .Add(Repository, "tokenizer/merges.txt", "")
            .Add(Repository, "samples/cat.png", Bytes(1000, seed: 3), isLarge: true);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected HubClient Client(string? token = null, TimeSpan? patience = null) => new(HubSettings.Of(Server.Address.AbsoluteUri, token) with
    {
        PartBytes = PartBytes,
        FirstDelay = TimeSpan.FromMilliseconds(1),
        Patience = patience ?? TimeSpan.FromSeconds(30),
    });

    protected async Task<string> DownloadAsync(HubClient hub, ModelRequest? request = null)
    {
        var download = new ModelDownload(hub, Folder);
        return await download.RunAsync(await download.PlanAsync(request ?? new ModelRequest(Repository), Cancellation), _ => { }, Cancellation);
    }

    protected async Task<string> FailAsync(HubClient hub, ModelRequest? request = null) =>
        (await Assert.ThrowsAsync<ModelHubException>(() => DownloadAsync(hub, request))).Message;

    protected List<string> Fetched() => [.. Server.Requests.Where(request => request.Path.Contains("/resolve/", StringComparison.Ordinal)).Select(request => request.Path[(request.Path.IndexOf(HubServer.Commit, StringComparison.Ordinal) + 41)..]).Distinct().Order(StringComparer.Ordinal)];
}
