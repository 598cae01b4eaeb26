using System.Runtime.InteropServices;
using Google.Protobuf;
using PromptCanvas.Diffusion.Onnx.Protos;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>A tensor inside a graph.</summary>
/// <param name="Name">Its name, unique in the graph.</param>
internal readonly record struct Value(string Name);

/// <summary>Writes a network down once: every weight it names goes into the expected table, every operator into the graph.</summary>
internal sealed class GraphBuilder
{
    private readonly GraphProto graph = new() { Name = "network" };
    private readonly List<TensorSpec> inputs = [];
    private readonly List<TensorSpec> outputs = [];
    private readonly List<WeightSpec> weights = [];
    private readonly HashSet<string> weightNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Value> constants = new(StringComparer.Ordinal);
    private int counter;

    /// <summary>Declares an input.</summary>
    public Value Input(TensorSpec spec)
    {
        inputs.Add(spec);
        return new Value(spec.Name);
    }

    /// <summary>Declares an input of floats.</summary>
    public Value Input(string name, params Dimension[] shape) => Input(new TensorSpec(name, true, shape));

    /// <summary>Declares an output of floats.</summary>
    public void Output(string name, Value value, params Dimension[] shape)
    {
        // An output must not share a name with an input (`sample`): a suffix distinguishes the session's names.
        var outputName = NetworkGraph.OutputName(name);
        graph.Node.Add(new NodeProto { OpType = "Identity", Name = outputName, Input = { value.Name }, Output = { outputName } });
        outputs.Add(new TensorSpec(name, true, shape));
    }

    /// <summary>A weight as 32-bit floats, in the shape the file has.</summary>
    public Value Weight(string name, params int[] shape) => Declare(new WeightSpec(name, shape, shape, false, false));

    /// <summary>The weight of a linear layer, (out, in).</summary>
    public Value LinearWeight(string name, int outputWidth, int inputWidth)
    {
        int[] shape = [outputWidth, inputWidth];
        return Declare(new WeightSpec(name, shape, shape, false, false) { IsLinear = true });
    }

    /// <summary>A weight as 32-bit floats, seen in another shape with as many values.</summary>
    public Value WeightAs(string name, int[] shape, params int[] graphShape) => Declare(new WeightSpec(name, shape, graphShape, false, false));

    /// <summary>A weight in the type the file has.</summary>
    public Value StoredWeight(string name, params int[] shape) => Declare(new WeightSpec(name, shape, shape, true, false));

    /// <summary>A tensor that must be in the file but that only the host reads.</summary>
    public void HostWeight(string name, params int[] shape) => Declare(new WeightSpec(name, shape, shape, true, true));

    /// <summary>A constant list of integers.</summary>
    public Value Integers(params long[] values) => Constant(
        "i:" + string.Join(',', values), [values.Length], OnnxTypes.Int64, MemoryMarshal.AsBytes<long>(values));

    /// <summary>A constant integer without dimensions.</summary>
    public Value Index(long value) => Constant($"s:{value}", [], OnnxTypes.Int64, MemoryMarshal.AsBytes<long>([value]));

    /// <summary>A constant number.</summary>
    public Value Number(float value) => Floats([value]);

    /// <summary>A constant block of floats.</summary>
    public Value Floats(float[] values, params int[] shape)
    {
        var bytes = MemoryMarshal.AsBytes<float>(values);
        var key = values.Length <= 64 ? $"f:{string.Join(',', shape)}:{Convert.ToHexString(bytes)}" : $"block:{counter++}";
        return Constant(key, shape, OnnxTypes.Float, bytes);
    }

    /// <summary>An operator with one output.</summary>
    public Value Node(string type, ReadOnlySpan<Value> operands, params ReadOnlySpan<AttributeProto> attributes) =>
        Nodes(type, 1, operands, attributes)[0];

    /// <summary>An operator with several outputs.</summary>
    public Value[] Nodes(string type, int outputCount, ReadOnlySpan<Value> operands, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = type, Name = $"{type}_{counter++}" };
        foreach (var operand in operands)
        {
            node.Input.Add(operand.Name);
        }

        foreach (var attribute in attributes)
        {
            node.Attribute.Add(attribute);
        }

        var results = new Value[outputCount];
        for (var index = 0; index < outputCount; index++)
        {
            results[index] = new Value(outputCount == 1 ? node.Name : $"{node.Name}.{index}");
            node.Output.Add(results[index].Name);
        }

        graph.Node.Add(node);
        return results;
    }

    /// <summary>The finished network.</summary>
    public NetworkGraph Finish() => new(graph, inputs, outputs, weights);

    private Value Declare(WeightSpec spec)
    {
        if (!weightNames.Add(spec.Name))
        {
            throw new InvalidOperationException($"The weight {spec.Name} is used twice.");
        }

        weights.Add(spec);
        return new Value(spec.Name);
    }

    private Value Constant(string key, int[] shape, int type, ReadOnlySpan<byte> bytes)
    {
        if (!constants.TryGetValue(key, out var value))
        {
            value = new Value($"constant_{constants.Count}");
            var tensor = new TensorProto { Name = value.Name, DataType = type, RawData = ByteString.CopyFrom(bytes) };
            tensor.Dims.AddRange(shape.Select(size => (long)size));
            graph.Initializer.Add(tensor);
            constants.Add(key, value);
        }

        return value;
    }
}
