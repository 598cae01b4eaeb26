using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>A tensor a network expects in its checkpoint.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its shape in the file.</param>
/// <param name="GraphShape">The shape the graph sees, with as many values; a bias of C channels is (C, 1, 1) for a picture.</param>
/// <param name="KeepsStoredType">Whether the graph takes it as it is stored, instead of as 32-bit floats.</param>
/// <param name="HostOnly">Whether only the host reads it.</param>
internal sealed record WeightSpec(string Name, int[] Shape, int[] GraphShape, bool KeepsStoredType, bool HostOnly)
{
    /// <summary>Whether it is the (out, in) weight of a linear layer, which one matrix product reads transposed.</summary>
    public bool IsLinear { get; init; }

    /// <summary>Insists that a checkpoint holds exactly the expected tensors, in both directions.</summary>
    /// <param name="table">The tensors that the network expects.</param>
    /// <param name="weights">The tensors of the checkpoint.</param>
    /// <param name="configName">The config the table was made from, for the message.</param>
    /// <exception cref="ModelException">The first tensor that is missing, of another shape or type, or too many.</exception>
    public static void CheckTable(IReadOnlyList<WeightSpec> table, ComponentWeights weights, string configName)
    {
        foreach (var expected in table)
        {
            var actual = weights.Find(expected.Name)
                ?? throw new ModelException(
                    $"{weights.ShownName} lacks the tensor '{expected.Name}' of shape {ShapeNames.Text(expected.Shape)}, which {configName} asks for.");
            if (!actual.Shape.SequenceEqual(expected.Shape.Select(size => (long)size)))
            {
                throw new ModelException(
                    $"{weights.ShownName}: the tensor '{expected.Name}' has shape {actual.ShapeText}, "
                    + $"where {configName} asks for {ShapeNames.Text(expected.Shape)}.");
            }

            if (actual.Type == TensorType.Int64)
            {
                throw new ModelException($"{weights.ShownName}: the tensor '{expected.Name}' holds integers where weights are expected.");
            }
        }

        CheckNothingElse(table, weights, configName);
    }

    private static void CheckNothingElse(IReadOnlyList<WeightSpec> table, ComponentWeights weights, string configName)
    {
        var known = table.Select(expected => expected.Name).ToHashSet(StringComparer.Ordinal);

        // Older versions of transformers wrote the constant list 0, 1, 2, … into the file.
        var surplus = weights.Names
            .Where(name => !known.Contains(name) && !name.EndsWith(".position_ids", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        if (surplus is not null)
        {
            throw new ModelException(
                $"{weights.ShownName} holds the tensor '{ShapeNames.Printable(surplus)}', which {configName} does not account for.");
        }
    }
}
