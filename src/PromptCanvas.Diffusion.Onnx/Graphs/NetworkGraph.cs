using System.Globalization;
using Google.Protobuf;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Protos;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>A network without its weights: the expected tensors in the checkpoint, its inputs and outputs, and its operators.</summary>
internal sealed class NetworkGraph
{
    private const int FloatType = 1;
    private const int Int64Type = 7;
    private const int Float16Type = 10;
    private const int BFloat16Type = 16;

    private readonly GraphProto graph;

    /// <summary>Wraps the result of a <see cref="GraphBuilder"/>.</summary>
    public NetworkGraph(
        GraphProto graph, IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, IReadOnlyList<WeightSpec> weights)
    {
        this.graph = graph;
        Inputs = inputs;
        Outputs = outputs;
        Weights = weights;
    }

    /// <summary>The inputs.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>The outputs.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>The tensors its checkpoint must have, no more and no fewer.</summary>
    public IReadOnlyList<WeightSpec> Weights { get; }

    /// <summary>The operators in topological order.</summary>
    public IReadOnlyList<NodeProto> Nodes => graph.Node;

    /// <summary>The name an output has in the ONNX graph.</summary>
    public static string OutputName(string name) => name + ":out";

    /// <summary>The ONNX model, its weights pointing into the safetensors files.</summary>
    /// <param name="files">A checkpoint that agrees with <see cref="Weights"/>.</param>
    public byte[] ToModel(ComponentWeights files)
    {
        var whole = graph.Clone();
        var casts = new List<NodeProto>();
        foreach (var weight in Weights.Where(weight => !weight.HostOnly))
        {
            AddWeight(whole, casts, weight, files);
        }

        for (var index = 0; index < casts.Count; index++)
        {
            whole.Node.Insert(index, casts[index]);
        }

        return ToBytes(whole);
    }

    /// <summary>The ONNX model with each weight as an input: well-formed, and needing no file.</summary>
    public byte[] ToModelWithWeightInputs()
    {
        var whole = graph.Clone();
        foreach (var weight in Weights.Where(weight => !weight.HostOnly))
        {
            whole.Input.Add(Info(weight.Name, true, weight.GraphShape.Select(size => (Dimension)size)));
        }

        return ToBytes(whole);
    }

    private static void AddWeight(GraphProto whole, List<NodeProto> casts, WeightSpec weight, ComponentWeights files)
    {
        var entry = files.Find(weight.Name)!;
        var cast = !weight.KeepsStoredType && entry.Type != TensorType.Float32;
        var tensor = new TensorProto
        {
            Name = cast ? weight.Name + ":stored" : weight.Name,
            DataType = TypeNumber(entry.Type),
            DataLocation = TensorProto.Types.DataLocation.External,
        };
        tensor.Dims.AddRange(weight.GraphShape.Select(size => (long)size));
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = files.Location(weight.Name) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = Text(entry.Offset) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = Text(entry.Length) });
        whole.Initializer.Add(tensor);
        if (cast)
        {
            var node = new NodeProto { OpType = "Cast", Name = weight.Name + ":cast", Input = { tensor.Name }, Output = { weight.Name } };
            node.Attribute.Add(Attribute.Integer("to", FloatType));
            casts.Add(node);
        }
    }

    private byte[] ToBytes(GraphProto whole)
    {
        var given = Inputs.Select(spec => Info(spec.Name, spec.IsFloat, spec.Shape)).ToArray();
        for (var index = 0; index < given.Length; index++)
        {
            whole.Input.Insert(index, given[index]);
        }

        whole.Output.AddRange(Outputs.Select(spec => Info(OutputName(spec.Name), spec.IsFloat, spec.Shape)));
        var model = new ModelProto { IrVersion = 8, ProducerName = "PromptCanvas", Graph = whole };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 18 });
        return model.ToByteArray();
    }

    private static ValueInfoProto Info(string name, bool isFloat, IEnumerable<Dimension> shape)
    {
        var sizes = new TensorShapeProto();
        foreach (var dimension in shape)
        {
            sizes.Dim.Add(dimension.Symbol is { } symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = dimension.Size });
        }

        var type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = isFloat ? FloatType : Int64Type, Shape = sizes } };
        return new ValueInfoProto { Name = name, Type = type };
    }

    private static int TypeNumber(TensorType type) => type switch
    {
        TensorType.Float32 => FloatType,
        TensorType.Float16 => Float16Type,
        TensorType.BFloat16 => BFloat16Type,
        _ => Int64Type,
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
