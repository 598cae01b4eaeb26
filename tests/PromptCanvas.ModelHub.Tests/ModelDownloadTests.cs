namespace PromptCanvas.ModelHub.Tests;

public sealed class ModelDownloadTests : HubTest
{
    [Fact]
    public async Task Download_OfAModel_HasWhatTheEngineNeedsAndNothingElse()
    {
        using var hub = Client();

        var place = await DownloadAsync(hub);

        Assert.Equal(Path.Combine(Folder, "tiny"), place);
        Assert.Equal(Weights, await File.ReadAllBytesAsync(Path.Combine(place, "decoder", "diffusion_pytorch_model.safetensors"), Cancellation));
        Assert.Equal(
            ["README.md", "decoder/config.json", "decoder/diffusion_pytorch_model.safetensors", "decoder_scheduler/scheduler_config.json", "model_index.json", "source.json", "tokenizer/merges.txt", "tokenizer/vocab.json"],
            FilesOf(place));
        Assert.Equal(["tiny"], Directory.EnumerateFileSystemEntries(Folder).Select(Path.GetFileName));
        Assert.Contains(HubServer.Commit, await File.ReadAllTextAsync(Path.Combine(place, "source.json"), Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("StableUnCLIPPipeline")]
    [InlineData("StableUnCLIPImg2ImgPipeline")]
    public async Task Download_OfStableUnClip_HasItsOwnComponents(string pipeline)
    {
        const string Painter = "painters/stable";
        Server.Add(Painter, "model_index.json", $$"""
                { "_class_name": "{{pipeline}}", "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
                  "image_normalizer": ["stable_diffusion", "StableUnCLIPImageNormalizer"], "image_noising_scheduler": ["diffusers", "DDPMScheduler"] }
                """)
            .Add(Painter, "unet/diffusion_pytorch_model.safetensors", Weights, isLarge: true)
            .Add(Painter, "vae/diffusion_pytorch_model.safetensors", Weights, isLarge: true)
            .Add(Painter, "image_normalizer/config.json", "{}")
            .Add(Painter, "image_normalizer/diffusion_pytorch_model.safetensors", Bytes(10, 1), isLarge: true)
            .Add(Painter, "image_noising_scheduler/scheduler_config.json", "{}");
        using var hub = Client();

        var place = await DownloadAsync(hub, new ModelRequest(Painter));

        Assert.Equal(
            ["image_noising_scheduler/scheduler_config.json", "image_normalizer/config.json", "image_normalizer/diffusion_pytorch_model.safetensors",
                "model_index.json", "source.json", "unet/diffusion_pytorch_model.safetensors", "vae/diffusion_pytorch_model.safetensors"],
            FilesOf(place));
    }

    [Fact]
    public async Task Download_InHalfPrecision_TakesThatVariantOnly()
    {
        using var hub = Client();

        var place = await DownloadAsync(hub, new ModelRequest(Repository, Half: true, Name: "half"));

        Assert.Equal(["diffusion_pytorch_model.fp16.safetensors"], Directory.EnumerateFiles(Path.Combine(place, "decoder"), "*.safetensors").Select(Path.GetFileName));
    }

    [Fact]
    public async Task Download_OfALargeFile_FetchesItsPartsAtTheSameTime()
    {
        const int Parts = 4;
        var asked = 0;
        var together = new TaskCompletionSource();
        Server.Gate = _ =>
        {
            // The first part shows that the hub gives parts; the others are asked for before one of them is answered.
            var number = Interlocked.Increment(ref asked);
            if (number == Parts)
            {
                together.SetResult();
            }

            return number == 1 ? Task.CompletedTask : together.Task;
        };
        using var hub = Client(patience: TimeSpan.FromSeconds(5));

        await DownloadAsync(hub);

        Assert.Equal(Parts, asked);
        Assert.Equal(Weights, await File.ReadAllBytesAsync(Path.Combine(Folder, "tiny", "decoder", "diffusion_pytorch_model.safetensors"), Cancellation));
    }

    [Fact]
    public async Task Plan_SaysSizeFilesAndLicence_BeforeAnythingLargeIsFetched()
    {
        using var hub = Client();

        var plan = await new ModelDownload(hub, Folder).PlanAsync(new ModelRequest(Repository), Cancellation);

        Assert.Equal((7, "apache-2.0"), (plan.Count, Assert.Single(plan.Licences)));
        Assert.InRange(plan.Bytes, WeightsBytes, WeightsBytes + 2000);
        Assert.Equal([WeightsBytes], plan.Networks);
        Assert.Equal(["model_index.json"], Fetched());
    }

    [Fact]
    public async Task Plan_InHalfPrecision_CountsTheWeightsAs32BitFloats()
    {
        using var hub = Client();

        var plan = await new ModelDownload(hub, Folder).PlanAsync(new ModelRequest(Repository, Half: true), Cancellation);

        Assert.Equal([WeightsBytes / 2 * 2], plan.Networks);
    }

    [Fact]
    public async Task Kandinsky_IsJoinedFromItsRepositories()
    {
        foreach (var (repository, component) in new[] { ("prior", "prior"), ("decoder", "unet"), ("decoder-inpaint", "unet") })
        {
            var name = $"kandinsky-community/kandinsky-2-2-{repository}";
            Server.Add(name, "model_index.json", $$"""{ "_class_name": "KandinskyV22Pipeline", "{{component}}": ["diffusers", "X"] }""")
                .Add(name, $"{component}/diffusion_pytorch_model.safetensors", Bytes(1000, repository.Length), isLarge: true);
        }

        using var hub = Client();

        var place = await DownloadAsync(hub, new ModelRequest("kandinsky-2-2"));

        Assert.Equal(
            ["decoder/model_index.json", "decoder/unet/diffusion_pytorch_model.safetensors", "inpaint/model_index.json", "inpaint/unet/diffusion_pytorch_model.safetensors",
                "model_index.json", "prior/model_index.json", "prior/prior/diffusion_pytorch_model.safetensors", "source.json"],
            FilesOf(place));
        Assert.Contains("PromptCanvasKandinsky22", await File.ReadAllTextAsync(Path.Combine(place, "model_index.json"), Cancellation), StringComparison.Ordinal);
        Assert.Contains("download kandinsky-2-2 instead", await FailAsync(hub, new ModelRequest("kandinsky-community/kandinsky-2-2-prior")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StableUnClipSmall_GetsTheTextPartsOfKarlo()
    {
        const string Stable = "stabilityai/stable-diffusion-2-1-unclip-small";
        const string Karlo = "kakaobrain/karlo-v1-alpha";
        Server.Add(Stable, "model_index.json", """
                { "_class_name": "StableUnCLIPImg2ImgPipeline", "unet": ["diffusers", "UNet2DConditionModel"], "text_encoder": ["transformers", "CLIPTextModel"] }
                """)
            .Add(Stable, "unet/diffusion_pytorch_model.safetensors", Bytes(1000, 1), isLarge: true)
            .Add(Stable, "text_encoder/model.safetensors", Bytes(1000, 2), isLarge: true);
        Server.Add(Karlo, "model_index.json", """
                { "_class_name": "UnCLIPPipeline", "prior": ["diffusers", "PriorTransformer"], "prior_scheduler": ["diffusers", "UnCLIPScheduler"],
                  "text_encoder": ["transformers", "CLIPTextModelWithProjection"], "tokenizer": ["transformers", "CLIPTokenizer"],
                  "decoder": ["diffusers", "UNet2DConditionModel"] }
                """)
            .Add(Karlo, "README.md", "Karlo")
            .Add(Karlo, "prior/diffusion_pytorch_model.safetensors", Bytes(1000, 3), isLarge: true)
            .Add(Karlo, "prior_scheduler/scheduler_config.json", "{}")
            .Add(Karlo, "text_encoder/model.safetensors", Bytes(1000, 4), isLarge: true)
            .Add(Karlo, "tokenizer/vocab.json", "{}")
            .Add(Karlo, "decoder/diffusion_pytorch_model.safetensors", Weights, isLarge: true);
        using var hub = Client();

        var place = await DownloadAsync(hub, new ModelRequest("stable-unclip-small"));

        Assert.Equal(
            ["model_index.json", "prior/diffusion_pytorch_model.safetensors", "prior_scheduler/scheduler_config.json", "prior_text_encoder/model.safetensors",
                "prior_tokenizer/vocab.json", "source.json", "text_encoder/model.safetensors", "unet/diffusion_pytorch_model.safetensors"],
            FilesOf(place));
        Assert.Equal(Bytes(1000, 2), await File.ReadAllBytesAsync(Path.Combine(place, "text_encoder", "model.safetensors"), Cancellation));
        Assert.Equal(Bytes(1000, 4), await File.ReadAllBytesAsync(Path.Combine(place, "prior_text_encoder", "model.safetensors"), Cancellation));
        Assert.Contains("\"prior_tokenizer\"", await File.ReadAllTextAsync(Path.Combine(place, "model_index.json"), Cancellation), StringComparison.Ordinal);

        // Each of the two is a model on its own as well.
        Assert.Equal(6, FilesOf(await DownloadAsync(hub, new ModelRequest(Karlo))).Count(file => !file.StartsWith("source", StringComparison.Ordinal) && !file.StartsWith("README", StringComparison.Ordinal)));
        Assert.NotEmpty(await DownloadAsync(hub, new ModelRequest(Stable)));
    }

    [Fact]
    public async Task Download_OfAModelThatIsThere_IsRefusedBeforeAnyRequest()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "tiny"));
        using var hub = Client();

        Assert.Contains("exists already", await FailAsync(hub), StringComparison.Ordinal);
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task Download_WithoutDiskSpace_IsRefusedBeforeAnythingLargeIsFetched()
    {
        using var hub = Client();
        var download = new ModelDownload(hub, Folder) { FreeBytes = _ => (1L << 30) - 1 };
        var plan = await download.PlanAsync(new ModelRequest(Repository), Cancellation);

        var fault = await Assert.ThrowsAsync<ModelHubException>(() => download.RunAsync(plan, _ => { }, Cancellation));

        Assert.Contains("set Models:Folder to a larger disk", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["model_index.json"], Fetched());
    }

    [Fact]
    public async Task Download_ThatTheEngineRefuses_IsNoModelAndSaysWhy()
    {
        using var hub = Client();
        var download = new ModelDownload(hub, Folder) { Check = folder => File.Exists(Path.Combine(folder, "model_index.json")) ? "Its prior is of another width." : null };
        var plan = await download.PlanAsync(new ModelRequest(Repository), Cancellation);

        var fault = await Assert.ThrowsAsync<ModelHubException>(() => download.RunAsync(plan, _ => { }, Cancellation));

        Assert.Contains("Its prior is of another width.", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Folder, "tiny")));
        Assert.Single(ModelDownload.Unfinished(Folder));
        ModelDownload.Discard(Folder, "tiny");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder));
    }

    [Fact]
    public async Task Download_OfAnotherKind_IsRefusedByName()
    {
        Server.Add("painters/other", "model_index.json", """{ "_class_name": "StableDiffusionPipeline" }""");
        Server.Add("painters/files", "weights.safetensors", Bytes(10, 1), isLarge: true);
        Server.Add("painters/pickled", "model_index.json", Index).Add("painters/pickled", "decoder/diffusion_pytorch_model.bin", Bytes(10, 1), isLarge: true);
        using var hub = Client();

        Assert.Contains("is a StableDiffusionPipeline, which the engine does not run", await FailAsync(hub, new ModelRequest("painters/other")), StringComparison.Ordinal);
        Assert.Contains("has no model_index.json", await FailAsync(hub, new ModelRequest("painters/files")), StringComparison.Ordinal);
        Assert.Contains("decoder has only pickled weights", await FailAsync(hub, new ModelRequest("painters/pickled")), StringComparison.Ordinal);
        Assert.Contains("name karlo, kandinsky-2-2, stable-unclip-small, or a repository", await FailAsync(hub, new ModelRequest("dalle")), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder));
    }

    [Theory]
    [InlineData("../outside/model_index.json")]
    [InlineData("decoder/../../outside.json")]
    [InlineData("/etc/outside")]
    [InlineData("decoder\\..\\..\\outside.json")]
    [InlineData("C:outside")]
    [InlineData("decoder/.. /outside.json")]
    public async Task Path_ThatLeadsOut_IsRefused(string path)
    {
        Server.Add(Repository, path, "outside");
        using var hub = Client();

        Assert.Contains("would lead out of the model's folder", await FailAsync(hub), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../up")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task Name_ThatIsNoFolders_IsRefused(string name)
    {
        using var hub = Client();

        Assert.Contains("cannot be a model's name", await FailAsync(hub, new ModelRequest(Repository, Name: name)), StringComparison.Ordinal);
    }

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal);
}
