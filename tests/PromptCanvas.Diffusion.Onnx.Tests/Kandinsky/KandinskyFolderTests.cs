using System.Text.Json.Nodes;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>Kandinsky 2.2 opened from its parts.</summary>
public sealed class KandinskyFolderTests(KandinskyAssets assets) : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly OnnxModelLibrary library = KandinskyFixture.Library();

    [Fact]
    public void OpenFolder_JoinedParts_IsOneModel()
    {
        var model = library.OpenFolder(Joined());

        Assert.Equal("kandinsky", model.Name);
        Assert.Null(model.TextProjection);
        Assert.Equal(64, model.Latents!.SideMultiple);
        Assert.NotNull(model.Latents.Inpainting);
        Assert.Equal([512, 768, 1024], model.Recipe.Sizes);
        Assert.True(OnnxModelLibrary.Needs(Joined()).Disk > 0);
    }

    [Fact]
    public void OpenFolder_FileOfAPartReplaced_IsAnotherModel()
    {
        var path = Copied();
        var before = library.OpenFolder(path);

        folder.Edit("copied/decoder/scheduler/scheduler_config.json", "clip_sample", false);

        var after = library.OpenFolder(path);
        Assert.NotSame(before, after);
        Assert.NotEqual(before.Fingerprint, after.Fingerprint);
    }

    [Fact]
    public void OpenFolder_SameAutoencoderTwice_IsLoadedOnce()
    {
        var path = Copied();
        Directory.Delete(Path.Combine(path, "inpaint", "movq"), recursive: true);
        folder.Copy(Path.Combine(path, "decoder", "movq"), "copied/inpaint/movq");

        var latents = library.OpenFolder(path).Latents!;

        Assert.Same(latents.Autoencoder, latents.Inpainting!.Autoencoder);
    }

    [Theory]
    [InlineData("prior", "is only the prior part of Kandinsky 2.2: put it into a folder as 'prior'")]
    [InlineData("decoder", "is only the decoder part of Kandinsky 2.2")]
    [InlineData("decoder-inpaint", "is only the inpaint part of Kandinsky 2.2")]
    public void OpenFolder_OnePartAlone_SaysHowToJoinIt(string part, string expected)
    {
        var fault = Assert.Throws<ModelException>(() => library.OpenFolder(assets.Folder(part)));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prior", null, "does not name the folder of the prior part")]
    [InlineData("decoder", null, "does not name the folder of the decoder part")]
    [InlineData("decoder", "../elsewhere", "'decoder' must be the name of a folder next to it")]
    [InlineData("decoder", "/etc", "'decoder' must be the name of a folder next to it")]
    [InlineData("decoder", "absent", "is missing or has no model_index.json")]
    [InlineData("decoder", "inpaint", "is no decoder part of Kandinsky 2.2: its model_index.json says KandinskyV22InpaintPipeline")]
    [InlineData("upscaler", "decoder", "'upscaler' is not a part")]
    public void OpenFolder_WrongIndex_SaysWhatIsWrong(string part, string? place, string expected)
    {
        var path = Copied();
        var index = JsonNode.Parse(File.ReadAllText(Path.Combine(path, "model_index.json")))!.AsObject();
        index.Remove(part);
        if (place is not null)
        {
            index[part] = place;
        }

        File.WriteAllText(Path.Combine(path, "model_index.json"), index.ToJsonString());

        var fault = Assert.Throws<ModelException>(() => library.OpenFolder(path));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("decoder/unet/config.json", "encoder_hid_dim", 48, "'embedding_dim' is ")]
    [InlineData("decoder/unet/config.json", "out_channels", 4, "'out_channels' is 4, but the model's other components need 8")]
    [InlineData("inpaint/unet/config.json", "in_channels", 4, "'in_channels' is 4, but the model's other components need 9")]
    [InlineData("prior/prior/config.json", "embedding_dim", 48, "'embedding_dim' is 48")]
    public void OpenFolder_PartsThatDoNotFit_NamesTheKey(string file, string key, int value, string expected)
    {
        var path = Copied();
        folder.Edit($"copied/{file}", key, value);

        var fault = Assert.Throws<ModelException>(() => library.OpenFolder(path));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        library.Dispose();
        folder.Dispose();
    }

    private string Joined()
    {
        var path = Path.Combine(folder.Path, "kandinsky");
        return Directory.Exists(path) ? path : assets.Join(path);
    }

    /// <summary>Parts that may be changed.</summary>
    private string Copied()
    {
        folder.Copy(assets.Folder("prior"), "copied/prior");
        folder.Copy(assets.Folder("decoder"), "copied/decoder");
        folder.Copy(assets.Folder("decoder-inpaint"), "copied/inpaint");
        File.WriteAllText(
            folder.PathOf("copied/model_index.json"),
            """{ "_class_name": "PromptCanvasKandinsky22", "prior": "prior", "decoder": "decoder", "inpaint": "inpaint" }""");
        return folder.PathOf("copied");
    }
}
