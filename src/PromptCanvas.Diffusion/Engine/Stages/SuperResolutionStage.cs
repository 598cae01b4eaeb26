using System.Numerics.Tensors;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>Small picture → the same picture, larger and sharp.</summary>
internal sealed class SuperResolutionStage(SuperResolutionComponent component, int index, INoiseSource noise)
    : Stage(index == 0 ? GenerationStage.SuperResolution256 : GenerationStage.SuperResolution1024, noise)
{
    private readonly BicubicResampler resampler = new(component.InputSize, component.InputSize, component.OutputSize, component.OutputSize);
    private readonly PictureLayout layout = new(component.OutputSize, component.PixelUnshuffle);

    public override int ImageSize => component.OutputSize;

    public override double WorkPerRow => (double)layout.Grid * layout.Grid;

    public override void Enter(Lane lane, CancellationToken cancellationToken)
    {
        var initialNoise = new float[layout.Length];
        FillNoise(initialNoise, lane.Seed, INoiseSource.InitialNoise);
        lane.State = Begin(lane.Request.Plan.SuperResolution[index], component.Scheduler, initialNoise, Enlarge(lane.Picture!));
        lane.Picture = null;
    }

    public override INetwork NetworkOf(Lane lane) =>
        component.LastStepNetwork is { } last && lane.State.Step == lane.State.Steps - 1 ? last : component.Network;

    public override NetworkTensor Predict(IReadOnlyList<Lane> lanes, int rows, CancellationToken cancellationToken)
    {
        var sample = Buffer("sample", rows * 2 * layout.Length);
        for (var row = 0; row < lanes.Count; row++)
        {
            var input = sample.AsSpan(row * 2 * layout.Length, 2 * layout.Length);
            lanes[row].State.Noisy.CopyTo(input);
            ((float[])lanes[row].State.Conditioning!).CopyTo(input[layout.Length..]);
        }

        var outputs = NetworkOf(lanes[0]).Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.Sample] = NetworkTensor.Float32(sample, rows, 2 * layout.Length / (layout.Grid * layout.Grid), layout.Grid, layout.Grid),
                [NetworkNames.Timestep] = Timesteps(lanes, rows),
            },
            cancellationToken);
        return outputs[NetworkNames.Sample];
    }

    public override SignedImage? PredictedImage(Lane lane) => layout.ToPicture(lane.State.Clean);

    public override void Leave(Lane lane) => lane.Picture = layout.ToPicture(lane.State.Noisy);

    protected override void FillNoise(Span<float> destination, uint seed, int step) =>
        layout.FillNoise(Noise, destination, seed, Kind, step, Buffer("pixels", destination.Length));

    /// <summary>The small picture clamped, enlarged by antialiased bicubic and laid out as the network takes it.</summary>
    private float[] Enlarge(SignedImage small)
    {
        var clamped = new float[small.Values.Length];
        TensorPrimitives.Clamp(small.Values, -1f, 1f, clamped);
        var enlarged = new float[layout.Length];
        resampler.Resample(clamped, enlarged);
        var values = new float[layout.Length];
        layout.ToNetwork(enlarged, values);
        return values;
    }
}
