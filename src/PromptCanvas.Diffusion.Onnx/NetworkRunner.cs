using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx;

/// <summary>Runs one component of a model alone: tensors in, tensors out. For checks against another implementation.</summary>
public static class NetworkRunner
{
    /// <summary>Opens one network of a model without the others.</summary>
    /// <param name="modelFolder">The model's folder, or one of Kandinsky's parts.</param>
    /// <param name="network">The component's folder name; of an autoencoder with the half that is meant, as in <c>movq_encoder</c> and <c>vae_decoder</c>.</param>
    /// <param name="providers">Its execution providers.</param>
    /// <exception cref="ModelException">There is no such network, or it is damaged.</exception>
    public static INetwork Open(string modelFolder, string network, ExecutionProviders providers) =>
        new ComponentReader(PartWith(modelFolder, network), providers).Open(network);

    /// <summary>Where a network's weights lie.</summary>
    /// <param name="modelFolder">The model's folder.</param>
    /// <param name="network">The network's name; both halves of an autoencoder share one folder.</param>
    /// <exception cref="ModelException">There is no such model.</exception>
    public static string WeightsFolder(string modelFolder, string network)
    {
        var component = ComponentNames.FolderOf(network);
        return Path.Combine(PartWith(modelFolder, component).Path, component);
    }

    /// <summary>The part of a joined model that contains a network: the prior part if that has it, otherwise the decoder part.</summary>
    private static DiffusersFolder PartWith(string modelFolder, string network)
    {
        if (!KandinskyFolder.IsJoined(modelFolder))
        {
            return DiffusersFolder.Open(modelFolder);
        }

        var joined = KandinskyFolder.Open(modelFolder);
        return joined.Prior.Has(network) ? joined.Prior : joined.Decoder;
    }

    /// <summary>Reads all tensors of a safetensors file: integers as they are, everything else as 32-bit floats.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelException">The file is missing or damaged, or a tensor has no batch dimension.</exception>
    public static IReadOnlyDictionary<string, NetworkTensor> ReadTensors(string path)
    {
        var file = SafetensorsFile.Open(path);
        var tensors = new Dictionary<string, NetworkTensor>(StringComparer.Ordinal);
        foreach (var (name, entry) in file.Tensors)
        {
            if (entry.Shape.Count == 0 || entry.Shape.Any(size => size > int.MaxValue))
            {
                throw new ModelException($"{path}: the tensor '{ShapeNames.Printable(name)}' has the shape {entry.ShapeText}, which no network takes.");
            }

            int[] shape = [.. entry.Shape.Select(size => (int)size)];
            tensors.Add(name, entry.Type == TensorType.Int64
                ? NetworkTensor.Int64(file.ReadIntegers(name), shape)
                : NetworkTensor.Float32(file.ReadFloats(name), shape));
        }

        return tensors;
    }

    /// <summary>The shapes of a component's weights by name, from the headers of its files; no weight is read.</summary>
    /// <param name="componentFolder">The component's folder.</param>
    /// <exception cref="ModelException">There are no weights, or they are damaged.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<int>> ReadShapes(string componentFolder)
    {
        var weights = ComponentWeights.Open(componentFolder);
        return weights.Names.ToDictionary(
            name => name, IReadOnlyList<int> (name) => [.. weights.Find(name)!.Shape.Select(size => (int)size)], StringComparer.Ordinal);
    }

    /// <summary>Runs one network on the tensors of a file and writes its outputs to another.</summary>
    /// <param name="modelFolder">The model's folder.</param>
    /// <param name="network">The component's folder name.</param>
    /// <param name="inputsPath">A safetensors file with every input of the network.</param>
    /// <param name="outputsPath">The safetensors file to write.</param>
    /// <param name="providers">The execution providers.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="ModelException">The model or the inputs' file cannot be used.</exception>
    /// <exception cref="ArgumentException">An input is missing, unknown, or has the wrong shape or type.</exception>
    public static void Run(
        string modelFolder, string network, string inputsPath, string outputsPath, ExecutionProviders providers, CancellationToken cancellationToken)
    {
        using var opened = Open(modelFolder, network, providers);
        SafetensorsWriter.Write(outputsPath, opened.Run(ReadTensors(inputsPath), cancellationToken));
    }
}
