using System.Collections.Concurrent;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Queue;

/// <summary>Estimates the first picture of a sort: the operations of its networks, divided by the operations per second of pictures that were measured.</summary>
internal sealed class FirstEstimates(PictureTimes times, IEngineProvider engines, Fleet fleet)
{
    private readonly ConcurrentDictionary<(string Fingerprint, string Kind, int Size), double> operations = new();

    /// <summary>Seconds per picture; null if nothing was measured yet, or if the model does not count its operations.</summary>
    public double? Of(string model, int size) =>
        OperationsOf(model, JobKinds.Generate, size) is > 0 and var needed && SpeedFor(model) is { } speed ? needed / speed : null;

    /// <summary>Operations per second: of the model's own pictures, otherwise of the default model's, otherwise of trial pictures.</summary>
    /// <remarks>No others: to count a model's operations it is opened, which can take seconds, and these two are open.</remarks>
    private double? SpeedFor(string model)
    {
        List<PictureRate> rates =
            [.. times.All.Concat(fleet.View?.Workers.SelectMany(worker => worker.Rates) ?? []).Where(rate => rate.Model == model || rate.Model == engines.DefaultModel)];
        var pictures = rates.Where(rate => rate.Kind == JobKinds.Generate).ToList();
        return MedianOf(pictures.Where(rate => rate.Model == model)) ?? MedianOf(pictures) ?? MedianOf(rates.Where(rate => rate.Kind == TrialPicture.Kind));
    }

    private double? MedianOf(IEnumerable<PictureRate> rates)
    {
        var speeds = rates.Select(rate => OperationsOf(rate.Model, rate.Kind, rate.Size) / rate.Seconds).Where(speed => speed > 0).Order().ToList();
        return speeds.Count == 0 ? null : speeds[speeds.Count / 2];
    }

    private double OperationsOf(string model, string kind, int size)
    {
        try
        {
            var engine = engines.Get(model);
            return operations.GetOrAdd((engine.Fingerprint, kind, size), _ => engine.OperationsOf(
                kind == TrialPicture.Kind ? TrialPicture.Request : new GenerationRequest { Prompt = "", Seed = 0, Count = 1, Size = size }));
        }
        catch (ModelException)
        {
            // The model is gone or damaged: its pictures say nothing here.
            return 0;
        }
    }
}
