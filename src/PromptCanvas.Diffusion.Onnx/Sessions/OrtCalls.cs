using Microsoft.ML.OnnxRuntime;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>What a run hands to ONNX Runtime.</summary>
internal static class OrtCalls
{
    /// <summary>A view of a tensor for the runtime; the memory stays the tensor's.</summary>
    public static OrtValue Wrap(NetworkTensor tensor)
    {
        var shape = tensor.Shape.Select(size => (long)size).ToArray();
        return tensor.IsFloat
            ? OrtValue.CreateTensorValueFromMemory(tensor.Floats, shape)
            : OrtValue.CreateTensorValueFromMemory(tensor.Integers, shape);
    }

    /// <summary>Stops a run, on the thread that cancels, which must not get the network's faults. A run that cannot be stopped ends by itself,
    /// and the engine checks the token after every step.</summary>
    public static void Stop(RunOptions options)
    {
        try
        {
            options.Terminate = true;
        }
        catch (OnnxRuntimeException fault)
        {
            System.Diagnostics.Trace.TraceWarning($"A run could not be stopped: {fault.Message}");
        }
    }
}
