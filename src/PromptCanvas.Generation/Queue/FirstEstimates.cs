using System.Collections.Concurrent;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Queue;

/// <summary>Estimates pictures of a sort that was never made here: from the operations of their networks, and from how many operations a second other pictures took.</summary>
internal sealed class FirstEstimates(PictureTimes times, IEngineProvider engines)
{
    private readonly ConcurrentDictionary<(string Fingerprint, int Size), double> operations = new();

    /// <summary>Seconds per picture; null if no picture was measured yet, or if the model does not count its operations.</summary>
    public double? Of(string model, int size)
    {
        var speeds = times.All.Where(rate => rate.Kind == JobKinds.Generate).Select(rate => OperationsOf(rate.Model, rate.Size) / rate.Seconds)
            .Where(speed => speed > 0).Order().ToList();
        return speeds.Count > 0 && OperationsOf(model, size) is > 0 and var needed ? needed / speeds[speeds.Count / 2] : null;
    }

    private double OperationsOf(string model, int size)
    {
        try
        {
            var engine = engines.Get(model);
            return operations.GetOrAdd((engine.Fingerprint, size), _ => engine.OperationsOf(new GenerationRequest { Prompt = "", Seed = 0, Count = 1, Size = size }));
        }
        catch (ModelException)
        {
            // The model is gone or damaged: its pictures say nothing here.
            return 0;
        }
    }
}
