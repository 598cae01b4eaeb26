using PromptCanvas.Diffusion.Onnx.Protos;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>Turns a network of 32-bit floats into one of 16-bit floats; norms, softmax and the waves of the timestep stay in 32.</summary>
/// <remarks>
/// Products (convolutions, linear layers, attention) always take 16-bit factors. The operators between them follow their operands: 16 bits as soon as
/// one has them. Inputs and outputs of the network stay 32-bit, and so do the timestep's and the mask's arithmetic in front of the first product.
/// </remarks>
internal sealed class HalfPrecisionGraph
{
    private const string HalfSuffix = ":16";
    private const string FullSuffix = ":32";

    private static readonly HashSet<string> Products = new(["MatMul", "Conv", "Gemm"], StringComparer.Ordinal);
    private static readonly HashSet<string> Exact = new(["InstanceNormalization", "LayerNormalization", "Softmax", "Sin", "Cos"], StringComparer.Ordinal);

    private readonly GraphProto graph;
    private readonly Dictionary<string, Kind> kinds = new(StringComparer.Ordinal);
    private readonly HashSet<string> casts = new(StringComparer.Ordinal);
    private readonly List<NodeProto> nodes = [];

    private HalfPrecisionGraph(GraphProto graph) => this.graph = graph;

    /// <summary>The known type of a value.</summary>
    private enum Kind
    {
        /// <summary>Integers or flags.</summary>
        Other,

        /// <summary>32-bit floats that were computed or given.</summary>
        Full,

        /// <summary>16-bit floats.</summary>
        Half,

        /// <summary>A weight or a constant, in the type of its consumer.</summary>
        Constant,
    }

    /// <summary>Rewrites the operators of a graph.</summary>
    /// <param name="graph">The network with its initializers; changed.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="outputs">The names of its outputs.</param>
    public static void Apply(GraphProto graph, IReadOnlyList<TensorSpec> inputs, IReadOnlySet<string> outputs)
    {
        var pass = new HalfPrecisionGraph(graph);
        foreach (var input in inputs)
        {
            pass.kinds[input.Name] = input.IsFloat ? Kind.Full : Kind.Other;
        }

        foreach (var initializer in graph.Initializer)
        {
            pass.kinds[initializer.Name] = initializer.DataType == OnnxTypes.Int64 ? Kind.Other : Kind.Constant;
        }

        foreach (var node in graph.Node)
        {
            pass.Rewrite(node, outputs.Contains(node.Output[0]));
        }

        graph.Node.Clear();
        graph.Node.AddRange(pass.nodes);
    }

    private void Rewrite(NodeProto node, bool isOutput)
    {
        if (node.OpType == "Cast")
        {
            // From integers to floats, or a weight's stored type to floats.
            var isConstant = kinds.GetValueOrDefault(node.Input[0]) == Kind.Constant;
            kinds[node.Output[0]] = isConstant ? Kind.Constant : Kind.Full;
            nodes.Add(node);
            return;
        }

        var floats = FloatOperands(node);
        if (floats.Count == 0)
        {
            kinds[node.Output[0]] = Kind.Other;
            nodes.Add(node);
            return;
        }

        if (Exact.Contains(node.OpType))
        {
            RewriteExact(node, floats);
            return;
        }

        var half = !isOutput && IsHalf(node, floats);
        foreach (var index in floats)
        {
            node.Input[index] = Operand(node.Input[index], half);
        }

        nodes.Add(node);
        foreach (var output in node.Output)
        {
            kinds[output] = half ? Kind.Half : Kind.Full;
        }
    }

    /// <summary>Takes its operands in 32 bits; gives 16 where its data had 16.</summary>
    private void RewriteExact(NodeProto node, List<int> floats)
    {
        var wasHalf = kinds[node.Input[0]] == Kind.Half;
        foreach (var index in floats)
        {
            node.Input[index] = Operand(node.Input[index], half: false);
        }

        var output = node.Output[0];
        nodes.Add(node);
        kinds[output] = Kind.Full;
        if (wasHalf)
        {
            // Consumers of 32-bit values use those from before the conversion.
            node.Output[0] = output + FullSuffix;
            casts.Add(node.Output[0]);
            kinds[node.Output[0]] = Kind.Full;
            AddCast(node.Output[0], output, OnnxTypes.Float16);
            kinds[output] = Kind.Half;
        }
    }

    private bool IsHalf(NodeProto node, List<int> floats) =>
        Products.Contains(node.OpType)
        || floats.Exists(index => kinds[node.Input[index]] == Kind.Half)
        || floats.TrueForAll(index => kinds[node.Input[index]] == Kind.Constant);

    /// <summary>The operands that hold floats of the network; the scales of a resize are 32-bit by its definition, and a shape has no type.</summary>
    private List<int> FloatOperands(NodeProto node)
    {
        var floats = new List<int>();
        if (node.OpType == "Shape")
        {
            return floats;
        }

        var count = node.OpType == "Resize" ? 1 : node.Input.Count;
        for (var index = 0; index < count; index++)
        {
            if (kinds.TryGetValue(node.Input[index], out var kind) && kind != Kind.Other)
            {
                floats.Add(index);
            }
        }

        return floats;
    }

    /// <summary>The name of a value in the requested type; adds a conversion at its first use.</summary>
    private string Operand(string name, bool half)
    {
        var kind = kinds[name];
        if (kind == (half ? Kind.Half : Kind.Full) || (kind == Kind.Constant && !half))
        {
            return name;
        }

        var converted = name + (half ? HalfSuffix : FullSuffix);
        if (casts.Add(converted))
        {
            AddCast(name, converted, half ? OnnxTypes.Float16 : OnnxTypes.Float);
            kinds[converted] = half ? Kind.Half : Kind.Full;
        }

        return converted;
    }

    private void AddCast(string from, string to, int type)
    {
        var cast = new NodeProto { OpType = "Cast", Name = to + ":cast", Input = { from }, Output = { to } };
        cast.Attribute.Add(Attribute.Integer("to", type));
        nodes.Add(cast);
    }
}
