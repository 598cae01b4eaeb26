using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx;

/// <summary>Opens a diffusion prior with the properties that the host needs.</summary>
internal static class PriorReader
{
    /// <param name="folder">The folder with the prior.</param>
    /// <param name="components">Opens its networks.</param>
    /// <param name="scheduler">The scheduler's folder name.</param>
    /// <exception cref="ModelException">Something is missing, damaged, or of an unknown kind.</exception>
    public static PriorComponent Read(DiffusersFolder folder, ComponentReader components, string scheduler)
    {
        var network = components.Open(ComponentNames.Prior);
        var weights = folder.Weights(ComponentNames.Prior);
        var mean = weights.ReadFloats(PriorTransformer.Mean);
        var deviation = weights.ReadFloats(PriorTransformer.StandardDeviation);
        return Array.TrueForAll(mean, float.IsFinite) && Array.TrueForAll(deviation, value => float.IsFinite(value) && value > 0)
            ? new PriorComponent(network, FixedScheduler(folder, scheduler), mean, deviation)
            : throw new ModelException(
                $"{weights.ShownName} is damaged: '{PriorTransformer.Mean}' or '{PriorTransformer.StandardDeviation}' holds impossible values. "
                + "Download it again.");
    }

    /// <summary>The scheduler of a network that predicts no variance.</summary>
    /// <param name="folder">The folder with the scheduler.</param>
    /// <param name="name">The scheduler's folder name.</param>
    /// <exception cref="ModelException">It asks for a variance, or cannot be read.</exception>
    public static SchedulerSettings FixedScheduler(DiffusersFolder folder, string name)
    {
        var scheduler = folder.Scheduler(name);
        return scheduler.Variance is VarianceKind.Learned or VarianceKind.LearnedRange
            ? throw new ModelException(
                $"{folder.FilePath(name, "scheduler_config.json")}: 'variance_type' asks for a variance that the network does not predict.")
            : scheduler;
    }
}
