using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Engine.Origins;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>CLIP image embedding → latent → picture of any size: Kandinsky 2.2, Stable unCLIP. The last step of a lane is the autoencoder's.</summary>
/// <remarks>
/// With an inpainting network the known part lies
/// after the noisy latent and is redrawn at every step under the lane's initial noise; without one it is repainted as in pixels.
/// </remarks>
internal sealed class LatentDecoderStage(UnClipModel model, LatentSpace latents, INoiseSource noise) : Stage(GenerationStage.Decoder, noise)
{
    private readonly LatentFacts facts = new(model, latents);
    private readonly LatentConditioner conditioner = LatentConditioner.Of(model, latents, noise);

    public override int ImageSize => model.Decoder.ImageSize;

    /// <summary>For the smallest picture: sizes differ between lanes, and only the ratio to the prior matters.</summary>
    public override double WorkPerRow => Work(model.Decoder.Network, Grid, (double)Grid * Grid);

    public override int RowLimit => model.Decoder.Network.RowLimit(Grid);

    public override int ClosingSteps => 1;

    private int Grid => ImageSize / latents.Autoencoder.Factor;

    public override int ShapeOf(Lane lane) => (CanvasOf(lane).Width << 16) | CanvasOf(lane).Height;

    public override int PixelsOf(Lane lane)
    {
        var canvas = CanvasOf(lane);
        var cells = canvas.Width * canvas.Height;
        return IsClosing(lane) ? cells * canvas.Autoencoder.Factor * canvas.Autoencoder.Factor : cells;
    }

    /// <remarks>Encoding a large picture takes as long as several steps, and fitting the colours longer: cancelling the request ends either.</remarks>
    public override void Enter(Lane lane, CancellationToken cancellationToken)
    {
        using var wanted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lane.Request.Cancelled);
        facts.PrepareColours(wanted.Token);
        conditioner.Prepare(facts, wanted.Token);
        EnterCanvas(lane, wanted.Token);
    }

    private void EnterCanvas(Lane lane, CancellationToken cancellationToken)
    {
        var inpainting = lane.Request.Request.Known is null ? null : latents.Inpainting;
        var autoencoder = inpainting?.Autoencoder ?? latents.Autoencoder;
        var size = lane.Request.Plan.Made;
        var (unconditional, conditional) = conditioner.RowsOf(lane);
        var canvas = new LatentCanvas(inpainting?.Network ?? model.Decoder.Network, autoencoder, size)
        {
            Unconditional = unconditional,
            Conditional = conditional,
        };
        if (lane.Preparation is InversionPreparation inversion)
        {
            lane.State = BeginInversion(lane, inversion, canvas, cancellationToken) with { Conditioning = canvas };
            return;
        }

        var scheduler = inpainting?.Scheduler ?? model.Decoder.Scheduler;
        var known = KnownLatent(lane, canvas, scheduler, cancellationToken);
        var input = new float[inpainting is null ? canvas.Length : (2 * canvas.Length) + canvas.Cells];
        if (inpainting is not null)
        {
            known!.CopyMasked(input.AsSpan(canvas.Length));
            known.Mask.CopyTo(input, 2 * canvas.Length);
        }

        lane.State = BeginDrawing(lane, input, canvas.Length, scheduler) with
        {
            Conditioning = canvas,
            Known = known,
            ReplacesKnown = known is not null,
            IsResampled = lane.Request.Plan.RePaints,
        };
        BeginWithin(lane, lane.Request.Plan.DecoderStart);
    }

    public override INetwork NetworkOf(Lane lane) => IsClosing(lane) ? CanvasOf(lane).Autoencoder.Decoder : CanvasOf(lane).Network;

    public override NetworkTensor Predict(IReadOnlyList<Lane> lanes, int rows, CancellationToken cancellationToken)
    {
        var canvas = CanvasOf(lanes[0]);
        if (IsClosing(lanes[0]))
        {
            var finished = new float[rows * canvas.Length];
            for (var row = 0; row < rows; row++)
            {
                lanes[row].State.Noisy.CopyTo(finished.AsSpan(row * canvas.Length));
            }

            return canvas.Autoencoder.Decode(finished, rows, canvas.Width, canvas.Height, cancellationToken);
        }

        var channels = lanes[0].State.Input.Length / canvas.Cells;
        var inputs = new Dictionary<string, NetworkTensor>
        {
            [NetworkNames.Sample] = NetworkTensor.Float32(GatherInputs(lanes, rows), rows, channels, canvas.Height, canvas.Width),
            [NetworkNames.Timestep] = Timesteps(lanes, rows),
            [conditioner.EmbeddingName] = NetworkTensor.Float32(Gather("embeddings", lanes, rows, row => row.Embedding), rows, canvas.Conditional.Embedding.Length),
        };
        if (conditioner.ContextTokens is > 0 and var tokens)
        {
            var width = canvas.Conditional.Context.Length / tokens;
            inputs[NetworkNames.EncoderHiddenStates] = NetworkTensor.Float32(Gather("context", lanes, rows, row => row.Context), rows, tokens, width);
        }

        return canvas.Network.Run(inputs, cancellationToken)[NetworkNames.Sample];
    }

    public override SignedImage? PredictedImage(Lane lane)
    {
        var canvas = CanvasOf(lane);
        return lane.Picture is { } picture
            ? PictureLayout.Reduced(picture)
            : facts.Colours(canvas.Autoencoder).ToPicture(lane.State.Clean, canvas.Width, canvas.Height);
    }

    public override void Leave(Lane lane)
    {
        if (lane.Picture is { } picture)
        {
            lane.Picture = Blended(lane, picture);
        }
    }

    protected override bool MoveLane(Lane lane, NetworkTensor output, int row, int rows)
    {
        if (!IsClosing(lane))
        {
            return base.MoveLane(lane, output, row, rows);
        }

        var values = output.FloatRow(row).ToArray();
        if (!Numbers.AreFinite(values))
        {
            return false;
        }

        var canvas = CanvasOf(lane);
        lane.Picture = new SignedImage(canvas.Width * canvas.Autoencoder.Factor, canvas.Height * canvas.Autoencoder.Factor, values);
        lane.State.Step++;
        return true;
    }

    /// <summary>An inpainting network was trained with the known part under the noise the lane began with, at every step.</summary>
    protected override ReadOnlySpan<float> KnownNoise(Lane lane, ReadOnlySpan<float> stepNoise)
    {
        if (lane.State.IsResampled)
        {
            return stepNoise;
        }

        var first = Buffer("known", lane.State.Clean.Length);
        FillNoise(first, lane.Seed, INoiseSource.InitialNoise);
        return first;
    }

    private static LatentCanvas CanvasOf(Lane lane) => (LatentCanvas)lane.State.Conditioning!;

    private static bool IsClosing(Lane lane) => lane.State.ClosingSteps > 0 && lane.State.Step == lane.State.SamplerSteps;

    /// <summary>From a given picture up to its noise, without guidance.</summary>
    private StageState BeginInversion(Lane lane, InversionPreparation inversion, LatentCanvas canvas, CancellationToken cancellationToken)
    {
        var factor = canvas.Autoencoder.Factor;
        var latent = canvas.Autoencoder.Encode(
            inversion.Pixels, canvas.Width * factor, canvas.Height * factor, cancellationToken, EncodingNoise(DecoderStage.InversionSeed));
        var steps = DecoderStage.Inversion(model.Decoder.Scheduler, lane.Request.Plan.Decoder);
        var start = Buffer("start", latent.Length);
        FillNoise(start, DecoderStage.InversionSeed, INoiseSource.InitialNoise);
        steps.AddStartingNoise(latent, start);
        return new StageState(steps, latent, new float[latent.Length], 1, GuidanceInterval.Always);
    }

    /// <summary>From the seed's noise, from a given one, or from between them.</summary>
    private StageState BeginDrawing(Lane lane, float[] input, int length, SchedulerSettings scheduler)
    {
        var noisy = input.AsSpan(0, length);
        FillNoise(noisy, lane.Seed, INoiseSource.InitialNoise);
        if (lane.Start is { } start)
        {
            var mixed = Buffer("start", length);
            SphericalInterpolation.Interpolate(start.Noise, noisy, start.FreshFraction, mixed);
            mixed.CopyTo(noisy);
        }

        var begun = Begin(lane.Request.Plan.Decoder, scheduler, input, length);
        return begun with { Steps = begun.Steps + ClosingSteps, ClosingSteps = ClosingSteps };
    }

    /// <summary>Leaves the first steps out: the lane begins with the known picture, its hole closed smoothly, under the noise of a later step.</summary>
    private static void BeginWithin(Lane lane, int step)
    {
        if (step > 0)
        {
            lane.State.Known!.Begin(lane.State.Sampler.Plan.Timestep(step), lane.State.Noisy);
            lane.State.Sampler.SkipTo(step);
            lane.State.Step = step;
        }
    }

    /// <summary>The known part as a latent; made once a request.</summary>
    private KnownPixels? KnownLatent(Lane lane, LatentCanvas canvas, SchedulerSettings scheduler, CancellationToken cancellationToken)
    {
        if (lane.Request.Request.Known is not { } region)
        {
            return null;
        }

        var stages = lane.Request.Known;
        if (!stages.TryGetValue(Kind, out var known))
        {
            var side = canvas.Width * canvas.Autoencoder.Factor;
            var (picture, keep) = region.At(side, growHole: false);
            var latent = canvas.Autoencoder.Encode(picture.Values, side, side, cancellationToken, EncodingNoise(lane.Request.Request.Seed));
            known = new KnownPixels(latent, Latents.LatentMasks.FromPixels(keep, side, canvas.Autoencoder.Factor), scheduler);
            stages[Kind] = known;
        }

        return known;
    }

    private Action<float[]> EncodingNoise(uint seed) => noise => FillNoise(noise, seed, INoiseSource.EncodingNoise);

    private float[] Gather(string name, IReadOnlyList<Lane> lanes, int rows, Func<LatentConditioning, float[]> part)
    {
        var length = part(CanvasOf(lanes[0]).Conditional).Length;
        var gathered = Buffer(name, rows * length);
        var row = 0;
        foreach (var lane in lanes)
        {
            if (lane.State.IsGuided)
            {
                part(CanvasOf(lane).Unconditional).CopyTo(gathered, row++ * length);
            }

            part(CanvasOf(lane).Conditional).CopyTo(gathered, row++ * length);
        }

        return gathered;
    }
}
