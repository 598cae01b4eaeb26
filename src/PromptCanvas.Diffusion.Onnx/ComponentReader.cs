using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx;

/// <summary>Opens single components: config read, graph built, the file's tensors compared with the graph's table. No weight is read.</summary>
/// <param name="folder">The model.</param>
/// <param name="providers">The execution providers of the networks.</param>
/// <param name="idle">Frees idle networks; null = they stay until they are disposed of.</param>
internal sealed class ComponentReader(DiffusersFolder folder, ExecutionProviders providers, IdleNetworks? idle = null)
{
    private static readonly string[] Openable =
    [
        .. ComponentNames.Networks.Where(name => name is not (ComponentNames.Movq or ComponentNames.Vae)),
        ComponentNames.MovqEncoder, ComponentNames.MovqDecoder, ComponentNames.VaeEncoder, ComponentNames.VaeDecoder,
    ];

    private TextEncoderConfig? textEncoderConfig;

    /// <summary>The text encoder of the CLIP pair.</summary>
    public TextEncoderConfig TextEncoderConfig => textEncoderConfig ??= TextEncoderConfig.Read(
        folder.Config(StableUnClipFolder.Is(folder) ? ComponentNames.PriorTextEncoder : ComponentNames.TextEncoder, "CLIPTextModelWithProjection"));

    /// <summary>Opens any component by its folder name.</summary>
    /// <exception cref="ModelException">The model has no such network, or it is damaged.</exception>
    public OnnxNetwork Open(string component)
    {
        var graph = GraphOf(component);
        var files = ComponentNames.FolderOf(component);
        var weights = folder.Weights(files);
        WeightSpec.CheckTable(graph.Weights, weights, folder.FilePath(files, "config.json"));
        var network = new OnnxNetwork(component, graph, weights, providers, idle);
        idle?.Add(network);
        return network;
    }

    /// <summary>The operators of a component, as its config says.</summary>
    /// <exception cref="ModelException">The model has no such network, or its config is damaged.</exception>
    public NetworkGraph GraphOf(string component) => component switch
    {
        ComponentNames.TextEncoder when StableUnClipFolder.Is(folder) => TextEncoder.BuildStates(ReadTextStates()),
        ComponentNames.TextEncoder or ComponentNames.PriorTextEncoder => TextEncoder.Build(TextEncoderConfig),
        ComponentNames.ImageEncoder => ImageEncoder.Build(ReadImageEncoder()),
        ComponentNames.Prior => PriorTransformer.Build(ReadPrior()),
        ComponentNames.AutoregressivePrior => AutoregressivePrior.Build(ReadAutoregressivePrior()),
        ComponentNames.TextProjection => TextProjection.Build(ReadTextProjection(), TextEncoderConfig.Length),
        ComponentNames.Decoder => ConditionalUNet.Build(ReadDecoder(), ReadTextProjection().ExtraTokens + TextEncoderConfig.Length),
        ComponentNames.SuperResolutionFirst or ComponentNames.SuperResolutionLast or ComponentNames.SuperResolution1024 =>
            PlainUNet.Build(ReadSuperResolution(component)),
        ComponentNames.UNet when StableUnClipFolder.Is(folder) => TransformerUNet.Build(ReadTransformerUNet(), ReadTextStates().Length),
        ComponentNames.UNet => ImageUNet.Build(ReadImageUNet()),
        ComponentNames.MovqEncoder => AutoencoderGraphs.Encoder(ReadMovq()),
        ComponentNames.MovqDecoder => AutoencoderGraphs.Decoder(ReadMovq()),
        ComponentNames.VaeEncoder => AutoencoderGraphs.Encoder(ReadVae()),
        ComponentNames.VaeDecoder => AutoencoderGraphs.Decoder(ReadVae()),
        _ => throw new ModelException(
            $"There is no network '{ShapeNames.Printable(component)}'; a model has {string.Join(", ", Openable)}."),
    };

    public ImageEncoderConfig ReadImageEncoder() =>
        ImageEncoderConfig.Read(folder.Config(ComponentNames.ImageEncoder, "CLIPVisionModelWithProjection"));

    public PriorConfig ReadPrior() => PriorConfig.Read(folder.Config(ComponentNames.Prior, "PriorTransformer"));

    public AutoregressivePriorConfig ReadAutoregressivePrior() =>
        AutoregressivePriorConfig.Read(folder.Config(ComponentNames.AutoregressivePrior, "PriorAutoregressive"));

    public TextProjectionConfig ReadTextProjection() =>
        TextProjectionConfig.Read(folder.Config(ComponentNames.TextProjection, "UnCLIPTextProjModel"));

    public UNetConfig ReadDecoder() => ConditionalUNet.Read(folder.Config(ComponentNames.Decoder, "UNet2DConditionModel"));

    public UNetConfig ReadSuperResolution(string component) => PlainUNet.Read(folder.Config(component, "UNet2DModel"));

    public ImageUNetConfig ReadImageUNet() => ImageUNetConfig.Read(folder.Config(ComponentNames.UNet, "UNet2DConditionModel"));

    public TransformerUNetConfig ReadTransformerUNet() => TransformerUNetConfig.Read(folder.Config(ComponentNames.UNet, "UNet2DConditionModel"));

    /// <summary>The decoder's own text encoder.</summary>
    public TextEncoderConfig ReadTextStates() => TextEncoderConfig.ReadStates(folder.Config(ComponentNames.TextEncoder, "CLIPTextModel"));

    public AutoencoderConfig ReadMovq() => WithNames(ComponentNames.Movq, AutoencoderConfig.ReadMovq(folder.Config(ComponentNames.Movq, "VQModel")));

    public AutoencoderConfig ReadVae() => WithNames(ComponentNames.Vae, AutoencoderConfig.ReadKl(folder.Config(ComponentNames.Vae, "AutoencoderKL")));

    private AutoencoderConfig WithNames(string component, AutoencoderConfig config)
    {
        const string AnyAttention = "encoder.mid_block.attentions.0.query.weight";
        return config with { OldAttentionNames = folder.Weights(component).Find(AnyAttention) is not null };
    }
}
