using Microsoft.ML.OnnxRuntime;
using PromptCanvas.Diffusion.Onnx.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>One bare 3 × 3 convolution in a session like the networks': its speed is the upper bound for a whole network.</summary>
public sealed class ConvolutionProbe : IDisposable
{
    private const int Kernel = 3;
    private const string InputName = "x";
    private const string OutputName = "y";

    private readonly InferenceSession session;
    private readonly RunOptions options = new();
    private readonly OrtValue input;

    /// <summary>Loads the convolution, as many channels out as in, with padding 1.</summary>
    /// <param name="channels">Channels, 1 or more.</param>
    /// <param name="side">Height and width, 1 or more.</param>
    /// <param name="providers">The execution providers.</param>
    public ConvolutionProbe(int channels, int side, ExecutionProviders providers)
    {
        ArgumentNullException.ThrowIfNull(providers);
        var graph = new GraphBuilder();
        var weights = new float[channels * channels * Kernel * Kernel];
        weights.AsSpan().Fill(1f / weights.Length);
        var convolved = graph.Node(
            "Conv",
            [graph.Input(InputName, Dimension.Batch, channels, side, side), graph.Floats(weights, channels, channels, Kernel, Kernel)],
            Graphs.Attribute.Integers("pads", 1, 1, 1, 1));
        graph.Output(OutputName, convolved, Dimension.Batch, channels, side, side);
        var model = graph.Finish().ToModelWithWeightInputs();
        session = providers.CreateSession(sessionOptions => new InferenceSession(model, sessionOptions));
        input = OrtValue.CreateTensorValueFromMemory(new float[channels * side * side], [1, channels, side, side]);
        Operations = 2.0 * channels * channels * Kernel * Kernel * side * side;
    }

    /// <summary>Floating-point operations of one run: a multiplication and an addition each count.</summary>
    public double Operations { get; }

    /// <summary>Runs it once.</summary>
    public void Run()
    {
        using var results = session.Run(options, [InputName], [input], [NetworkGraph.OutputName(OutputName)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        input.Dispose();
        options.Dispose();
        session.Dispose();
    }
}
