using PromptCanvas.Diffusion.Models;
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
    public TextEncoderConfig TextEncoderConfig { get; } =
        TextEncoderConfig.Read(folder.Config(ComponentNames.TextEncoder, "CLIPTextModelWithProjection"));

    /// <summary>Opens any component by its folder name.</summary>
    /// <exception cref="ModelException">The model has no such network, or it is damaged.</exception>
    public OnnxNetwork Open(string component) => component switch
    {
        ComponentNames.TextEncoder => Open(component, TextEncoder.Build(TextEncoderConfig)),
        ComponentNames.ImageEncoder => Open(component, ImageEncoder.Build(ReadImageEncoder())),
        ComponentNames.Prior => Open(component, PriorTransformer.Build(ReadPrior())),
        ComponentNames.AutoregressivePrior => Open(component, AutoregressivePrior.Build(ReadAutoregressivePrior())),
        ComponentNames.TextProjection => Open(component, TextProjection.Build(ReadTextProjection(), TextEncoderConfig.Length)),
        ComponentNames.Decoder => Open(
            component, ConditionalUNet.Build(ReadDecoder(), ReadTextProjection().ExtraTokens + TextEncoderConfig.Length)),
        ComponentNames.SuperResolutionFirst or ComponentNames.SuperResolutionLast or ComponentNames.SuperResolution1024 =>
            Open(component, PlainUNet.Build(ReadSuperResolution(component))),
        _ => throw new ModelException(
            $"There is no network '{ShapeNames.Printable(component)}'; an unCLIP model has {string.Join(", ", ComponentNames.Networks)}."),
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

    private OnnxNetwork Open(string component, NetworkGraph graph)
    {
        var weights = folder.Weights(component);
        WeightSpec.CheckTable(graph.Weights, weights, folder.FilePath(component, "config.json"));
        var network = new OnnxNetwork(component, graph, weights, providers, idle?.Clock ?? TimeProvider.System);
        idle?.Add(network);
        return network;
    }
}
