using System.Numerics.Tensors;
using PromptCanvas.Diffusion.Engine.Lanes;
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

    public override double WorkPerRow => Work(component.Network, layout.Grid, (double)layout.Grid * layout.Grid);

    public override int RowLimit => component.Network.RowLimit(layout.Grid);

    public override void Enter(Lane lane, CancellationToken cancellationToken)
    {
        var input = Blocks.Rent(2 * layout.Length);
        FillNoise(input.AsSpan(0, layout.Length), lane.Seed, INoiseSource.InitialNoise);
        Enlarge(lane.Picture!, input.AsSpan(layout.Length));
        lane.State = Begin(lane.Request.Plan.SuperResolution[index], component.Scheduler, input, layout.Length) with
        {
            Known = KnownOf(lane, layout, growHole: false, component.Scheduler),
            ReplacesKnown = lane.Request.Plan.RePaints,
        };
        lane.Picture = null;
    }

    public override INetwork NetworkOf(Lane lane) =>
        component.LastStepNetwork is { } last && lane.HasEntered && lane.State.Step == lane.State.Steps - 1 ? last : component.Network;

    public override NetworkTensor Predict(IReadOnlyList<Lane> lanes, int rows, CancellationToken cancellationToken)
    {
        var outputs = NetworkOf(lanes[0]).Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.Sample] = NetworkTensor.Float32(GatherInputs(lanes, rows), rows, 2 * layout.Length / (layout.Grid * layout.Grid), layout.Grid, layout.Grid),
                [NetworkNames.Timestep] = Timesteps(lanes, rows),
            },
            cancellationToken);
        return outputs[NetworkNames.Sample];
    }

    public override SignedImage? PredictedImage(Lane lane) => layout.ToPreview(lane.State.Clean);

    public override void Leave(Lane lane)
    {
        lane.Picture = Blended(lane, layout.ToPicture(lane.State.Noisy));
        Blocks.Return(lane.State.Input);
        Blocks.Return(lane.State.Clean);
    }

    protected override void FillNoise(Span<float> destination, uint seed, int step) =>
        layout.FillNoise(Noise, destination, seed, Kind, step, Buffer("pixels", destination.Length));

    /// <summary>The small picture, clamped, enlarged by antialiased bicubic and in the network's layout.</summary>
    private void Enlarge(SignedImage small, Span<float> destination)
    {
        var clamped = Buffer("clamped", small.Values.Length);
        TensorPrimitives.Clamp(small.Values, -1f, 1f, clamped);
        var enlarged = Buffer("pixels", layout.Length);
        resampler.Resample(clamped, enlarged);
        layout.ToNetwork(enlarged, destination);
    }
}
