using System.Globalization;
using Google.Protobuf;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Protos;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>A network without its weights: the expected tensors in the checkpoint, its inputs and outputs, and its operators.</summary>
internal sealed class NetworkGraph
{
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

    /// <summary>The name an output has in the ONNX graph.</summary>
    public static string OutputName(string name) => name + ":out";

    /// <summary>Bytes of the weights in memory: 32-bit floats, except for weights that keep their stored type or are quantised.</summary>
    /// <param name="files">A checkpoint that agrees with <see cref="Weights"/>.</param>
    /// <param name="quantized">Whether large linear layers have 8-bit weights.</param>
    public long WeightBytes(ComponentWeights files, bool quantized = false) => Weights.Where(weight => !weight.HostOnly).Sum(weight =>
        quantized && weight.IsLinear && QuantizedLinears.IsLargeEnough(weight.Shape[0], weight.Shape[1]) ? QuantizedLinears.BytesOf(weight.Shape[0], weight.Shape[1])
        : weight.KeepsStoredType ? files.Find(weight.Name)!.Length
        : files.Find(weight.Name)!.Count * sizeof(float));

    /// <summary>The ONNX model, its weights pointing into the safetensors files.</summary>
    /// <param name="files">A checkpoint that agrees with <see cref="Weights"/>.</param>
    /// <param name="half">Whether it computes in 16-bit floats.</param>
    public byte[] ToModel(ComponentWeights files, bool half = false) => ToModel(
        Weights.Where(weight => !weight.HostOnly).ToDictionary(
            weight => weight.Name,
            weight =>
            {
                var entry = files.Find(weight.Name)!;
                return new StoredTensor(
                    OnnxTypes.NumberOf(entry.Type), [.. weight.GraphShape.Select(size => (long)size)], files.Location(weight.Name), entry.Offset, entry.Length);
            },
            StringComparer.Ordinal),
        half);

    /// <summary>The ONNX model, its weights pointing into files.</summary>
    /// <param name="tensors">Every weight by name; of a quantised linear layer the bytes and the scales instead.</param>
    /// <param name="half">Whether it computes in 16-bit floats.</param>
    public byte[] ToModel(IReadOnlyDictionary<string, StoredTensor> tensors, bool half = false)
    {
        var whole = graph.Clone();
        QuantizedLinears.Replace(whole, [.. Weights.Where(weight => tensors.ContainsKey(QuantizedLinears.BytesName(weight.Name)))]);
        var keeping = Weights.Where(weight => weight.KeepsStoredType).Select(weight => weight.Name).ToHashSet(StringComparer.Ordinal);
        var casts = new List<NodeProto>();
        foreach (var (name, tensor) in tensors)
        {
            AddTensor(whole, casts, name, tensor, tensor.Type is OnnxTypes.Float16 or OnnxTypes.BFloat16 && !keeping.Contains(name));
        }

        for (var index = 0; index < casts.Count; index++)
        {
            whole.Node.Insert(index, casts[index]);
        }

        if (half)
        {
            HalfPrecisionGraph.Apply(whole, Inputs, Outputs.Select(output => OutputName(output.Name)).ToHashSet(StringComparer.Ordinal));
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

    private static void AddTensor(GraphProto whole, List<NodeProto> casts, string name, StoredTensor stored, bool cast)
    {
        var tensor = new TensorProto
        {
            Name = cast ? name + ":stored" : name,
            DataType = stored.Type,
            DataLocation = TensorProto.Types.DataLocation.External,
        };
        tensor.Dims.AddRange(stored.Shape);
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = stored.Location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = Text(stored.Offset) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = Text(stored.Length) });
        whole.Initializer.Add(tensor);
        if (cast)
        {
            var node = new NodeProto { OpType = "Cast", Name = name + ":cast", Input = { tensor.Name }, Output = { name } };
            node.Attribute.Add(Attribute.Integer("to", OnnxTypes.Float));
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
        if (whole.Node.Any(node => node.Domain == QuantizedLinears.Domain))
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = QuantizedLinears.Domain, Version = 1 });
        }

        return model.ToByteArray();
    }

    private static ValueInfoProto Info(string name, bool isFloat, IEnumerable<Dimension> shape)
    {
        var sizes = new TensorShapeProto();
        foreach (var dimension in shape)
        {
            sizes.Dim.Add(dimension.Symbol is not null
                ? new TensorShapeProto.Types.Dimension { DimParam = dimension.ToString() }
                : new TensorShapeProto.Types.Dimension { DimValue = dimension.Size });
        }

        var type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = isFloat ? OnnxTypes.Float : OnnxTypes.Int64, Shape = sizes } };
        return new ValueInfoProto { Name = name, Type = type };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
