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
        .. ComponentNames.Networks.Where(name => name != ComponentNames.Movq), ComponentNames.MovqEncoder, ComponentNames.MovqDecoder,
    ];

    private TextEncoderConfig? textEncoderConfig;

    public TextEncoderConfig TextEncoderConfig =>
        textEncoderConfig ??= TextEncoderConfig.Read(folder.Config(ComponentNames.TextEncoder, "CLIPTextModelWithProjection"));

    /// <summary>Opens any component by its folder name.</summary>
    /// <exception cref="ModelException">The model has no such network, or it is damaged.</exception>
    public OnnxNetwork Open(string component)
    {
        var graph = GraphOf(component);
        var files = component is ComponentNames.MovqEncoder or ComponentNames.MovqDecoder ? ComponentNames.Movq : component;
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
        ComponentNames.TextEncoder => TextEncoder.Build(TextEncoderConfig),
        ComponentNames.ImageEncoder => ImageEncoder.Build(ReadImageEncoder()),
        ComponentNames.Prior => PriorTransformer.Build(ReadPrior()),
        ComponentNames.AutoregressivePrior => AutoregressivePrior.Build(ReadAutoregressivePrior()),
        ComponentNames.TextProjection => TextProjection.Build(ReadTextProjection(), TextEncoderConfig.Length),
        ComponentNames.Decoder => ConditionalUNet.Build(ReadDecoder(), ReadTextProjection().ExtraTokens + TextEncoderConfig.Length),
        ComponentNames.SuperResolutionFirst or ComponentNames.SuperResolutionLast or ComponentNames.SuperResolution1024 =>
            PlainUNet.Build(ReadSuperResolution(component)),
        ComponentNames.UNet => ImageUNet.Build(ReadImageUNet()),
        ComponentNames.MovqEncoder => MovqGraphs.Encoder(ReadMovq()),
        ComponentNames.MovqDecoder => MovqGraphs.Decoder(ReadMovq()),
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

    public MovqConfig ReadMovq()
    {
        const string AnyAttention = "encoder.mid_block.attentions.0.query.weight";
        var config = MovqConfig.Read(folder.Config(ComponentNames.Movq, "VQModel"));
        return config with { OldAttentionNames = folder.Weights(ComponentNames.Movq).Find(AnyAttention) is not null };
    }
}
