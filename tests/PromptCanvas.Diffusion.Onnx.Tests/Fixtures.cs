using System.Reflection;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Onnx.Tests;

/// <summary>The tiny checkpoints with golden data, and tensor helpers.</summary>
internal static class Fixtures
{
    private static readonly string Root =
        typeof(Fixtures).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepoRoot").Value!;

    public static string Folder { get; } = Path.Combine(Root, "tests", "fixtures");

    /// <summary>The shipped model.</summary>
    public static string Starter { get; } = Path.Combine(Root, "models", "starter");

    public static string TinyModel { get; } = TinyCheckpoint.Model(Root);

    public static string TensorList { get; } = Path.Combine(Folder, "unclip-tensors.tsv.gz");

    public static ExecutionProviders Cpu { get; } = new(new InferenceOptions { ExecutionProvider = ProviderNames.Cpu, Threads = 2 });

    /// <summary>A model with the starter's extensions, in 16-bit floats.</summary>
    public static string StarterModel { get; } = Path.Combine(Folder, "starter-tiny");

    public static IReadOnlyDictionary<string, NetworkTensor> Inputs(string network, string fixture = "unclip-tiny") =>
        NetworkRunner.ReadTensors(Path.Combine(Folder, fixture, "golden", $"{network}.inputs.safetensors"));

    public static IReadOnlyDictionary<string, NetworkTensor> Outputs(string network, string fixture = "unclip-tiny") =>
        NetworkRunner.ReadTensors(Path.Combine(Folder, fixture, "golden", $"{network}.outputs.safetensors"));

    public static INetwork Open(string network, string fixture = "unclip-tiny") =>
        NetworkRunner.Open(fixture == "unclip-tiny" ? TinyModel : StarterModel, network, Cpu);

    /// <summary>The largest absolute difference of two tensors of the same shape.</summary>
    public static float Difference(NetworkTensor expected, NetworkTensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        return expected.Floats.Zip(actual.Floats, (left, right) => MathF.Abs(left - right)).Max();
    }

    /// <summary>Some rows of every tensor, in the order given.</summary>
    public static Dictionary<string, NetworkTensor> Rows(IReadOnlyDictionary<string, NetworkTensor> tensors, params int[] rows) =>
        tensors.ToDictionary(pair => pair.Key, pair => Rows(pair.Value, rows));

    public static NetworkTensor Rows(NetworkTensor tensor, params int[] rows)
    {
        int[] shape = [rows.Length, .. tensor.Shape.Skip(1)];
        var length = tensor.RowLength;
        return tensor.IsFloat
            ? NetworkTensor.Float32([.. rows.SelectMany(row => tensor.Floats.Skip(row * length).Take(length))], shape)
            : NetworkTensor.Int64([.. rows.SelectMany(row => tensor.Integers.Skip(row * length).Take(length))], shape);
    }
}
