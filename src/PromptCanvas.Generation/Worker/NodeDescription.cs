using PromptCanvas.Data.Nodes;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Worker;

/// <summary>Describes this process for its report.</summary>
internal sealed class NodeDescription(ThisNode node, IEngineProvider engines, HeldLeases held, OwnPictures pictures, EngineProgress steps)
{
    public ThisNode Node => node;

    public Node Describe()
    {
        var runsHere = node.Options.IsWorker && engines.RunsHere;
        return new Node
        {
            Id = node.Id,
            Name = node.Name,
            Roles = node.Options.Roles.ToString(),
            Version = node.Version,
            Device = runsHere ? engines.Device : "",
            MemoryBytes = Environment.WorkingSet,
            Models = Data.Nodes.Node.ToJson(runsHere ? engines.Models : []),
            LoadedModels = Data.Nodes.Node.ToJson(runsHere ? engines.Loaded : []),
            StepSeconds = steps.Average is { TotalSeconds: > 0 and var seconds } ? seconds : null,
            PictureSeconds = PictureRate.ToJson(pictures.Rates),
            RunningJobs = held.All().Count,
            RecentPictures = pictures.CountOf(IMachines.RecentWindow),
            StartedAt = node.StartedAt,
        };
    }
}
