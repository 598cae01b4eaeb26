using System.Reflection;
using PromptCanvas.Generation;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>The studio's assemblies, as the structure tests see them.</summary>
internal static class StudioAssemblies
{
    public static readonly Assembly Web = typeof(Program).Assembly;
    public static readonly Assembly Generation = typeof(GenerationRegistration).Assembly;
    public static readonly Assembly Onnx = typeof(Diffusion.Onnx.OnnxModelLibrary).Assembly;

    public static readonly Assembly Cluster = typeof(PromptCanvas.Cluster.ClusterOptions).Assembly;

    public static readonly Assembly[] All =
    [
        Web,
        Generation,
        typeof(Data.AppDbContext).Assembly,
        typeof(Imaging.Pixels.RgbImage).Assembly,
        typeof(Diffusion.ModelException).Assembly,
        Onnx,
        Cluster,
        typeof(ModelHub.HubClient).Assembly,
    ];
}
