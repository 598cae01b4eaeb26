using PromptCanvas.Diffusion.Engine.Conditioning;
using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Engine.Origins;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>CLIP image embedding and text → small picture.</summary>
internal sealed class DecoderStage(UnClipModel model, INoiseSource noise) : Stage(GenerationStage.Decoder, noise)
{
    private const int KnownChannels = 3;
    private const int MaskChannels = 1;

    /// <summary>
    /// Corrections of each inversion step. On the starter 20 steps with two reproduce a picture at a distance (root mean square,
    /// signed range) of 0.037, with one of 0.050; 50 steps with none, which cost nearly as much, of 0.091.
    /// </summary>
    private const int InversionCorrections = 2;

    /// <summary>
    /// Noise level, relative to the picture, at which an inversion starts. Below it the network's own error is larger than the noise it should find: plain
    /// areas came back without noise, unlike every x_T in training, and pictures on white changed (distance 0.31 on the starter).
    /// </summary>
    private const double InversionStartingNoise = 0.08;

    /// <summary>One for all: the same picture has the same noise in every request.</summary>
    internal const uint InversionSeed = 0;

    private readonly DecoderComponent decoder = model.Decoder;
    private readonly TextProjectionComponent projection = model.TextProjection
        ?? throw new ArgumentException("A decoder of pixels needs a text projection.", nameof(model));
    private readonly PictureLayout layout = new(model.Decoder.ImageSize, model.Decoder.PixelUnshuffle);

    public override int ImageSize => decoder.ImageSize;

    public override double WorkPerRow => Work(decoder.Network, layout.Grid, (double)layout.Grid * layout.Grid);

    public override int RowLimit => decoder.Network.RowLimit(layout.Grid);

    /// <summary>The input of <c>conv_in</c>: the noisy picture and, for a decoder that can inpaint, the known picture and the keep mask.</summary>
    private int InputLength =>
        layout.Length + (decoder.MaskedInput ? (KnownChannels + MaskChannels) * decoder.ImageSize * decoder.ImageSize : 0);

    public override void Enter(Lane lane, CancellationToken cancellationToken)
    {
        // Behind the noise, the masked picture and the keep mask; zero where nothing is known.
        var input = new float[InputLength];
        if (lane.Preparation is InversionPreparation inversion)
        {
            lane.State = BeginInversion(lane, inversion, input) with { Conditioning = Project(lane, cancellationToken) };
            return;
        }

        var known = KnownOf(lane, layout, growHole: true, decoder.Scheduler);
        if (known is not null && decoder.MaskedInput)
        {
            known.CopyMasked(input.AsSpan(layout.Length));
            known.Mask.CopyTo(input, 2 * layout.Length);
        }

        lane.State = BeginDrawing(lane, input) with
        {
            Known = known,
            ReplacesKnown = lane.Request.Plan.RePaints,
            IsResampled = lane.Request.Plan.RePaints,
            Conditioning = Project(lane, cancellationToken),
        };
        StartFromKnown(lane, lane.Request.Plan.DecoderStart);
    }

    public override INetwork NetworkOf(Lane lane) => decoder.Network;

    public override NetworkTensor Predict(IReadOnlyList<Lane> lanes, int rows, CancellationToken cancellationToken)
    {
        var first = (DecoderConditioning)lanes[0].State.Conditioning!;
        var tokens = first.Unconditional.Mask.Length;
        var contextLength = first.Unconditional.Context.Length;
        var classLength = first.Unconditional.ClassLabels.Length;
        var context = Buffer("context", rows * contextLength);
        var classes = Buffer("classes", rows * classLength);
        var masks = new long[rows * tokens];
        var row = 0;
        foreach (var lane in lanes)
        {
            var conditioning = (DecoderConditioning)lane.State.Conditioning!;
            if (lane.State.IsGuided)
            {
                Write(conditioning.Unconditional);
            }

            Write(conditioning.Conditional);
        }

        var channels = InputLength / (layout.Grid * layout.Grid);
        var outputs = decoder.Network.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.Sample] = NetworkTensor.Float32(GatherInputs(lanes, rows), rows, channels, layout.Grid, layout.Grid),
                [NetworkNames.Timestep] = Timesteps(lanes, rows),
                [NetworkNames.EncoderHiddenStates] = NetworkTensor.Float32(context, rows, tokens, contextLength / tokens),
                [NetworkNames.ClassLabels] = NetworkTensor.Float32(classes, rows, classLength),
                [NetworkNames.AttentionMask] = NetworkTensor.Int64(masks, rows, tokens),
            },
            cancellationToken);
        return outputs[NetworkNames.Sample];

        void Write(DecoderRow values)
        {
            values.Context.CopyTo(context, row * contextLength);
            values.ClassLabels.CopyTo(classes, row * classLength);
            values.Mask.CopyTo(masks, row * tokens);
            row++;
        }
    }

    /// <summary>Inverts a given picture to its noise, without guidance.</summary>
    private StageState BeginInversion(Lane lane, InversionPreparation inversion, float[] input)
    {
        layout.ToNetwork(inversion.Pixels, input.AsSpan(0, layout.Length));
        var steps = Inversion(decoder.Scheduler, lane.Request.Plan.Decoder);
        var noise = Buffer("start", layout.Length);
        FillNoise(noise, InversionSeed, INoiseSource.InitialNoise);
        steps.AddStartingNoise(input.AsSpan(0, layout.Length), noise);
        return new StageState(steps, input, new float[layout.Length], 1, GuidanceInterval.Always);
    }

    /// <summary>Starts from the seed's noise, from a given noise, or from a mixture of the two.</summary>
    private StageState BeginDrawing(Lane lane, float[] input)
    {
        var noisy = input.AsSpan(0, layout.Length);
        FillNoise(noisy, lane.Seed, INoiseSource.InitialNoise);
        if (lane.Start is { } start)
        {
            var mixed = Buffer("start", layout.Length);
            SphericalInterpolation.Interpolate(start.Noise, noisy, start.FreshFraction, mixed);
            mixed.CopyTo(noisy);
        }

        return Begin(lane.Request.Plan.Decoder, decoder.Scheduler, input, layout.Length);
    }

    /// <summary>Network evaluations on the way up to a picture's noise.</summary>
    public static int InversionRows(SchedulerSettings scheduler, StageRecipe recipe) => Inversion(scheduler, recipe).Steps;

    /// <summary>The way from a picture up to the noise it is drawn from.</summary>
    public static DdimInversion Inversion(SchedulerSettings scheduler, StageRecipe recipe) =>
        SamplerFactory.CreateInversion(scheduler, recipe.Steps, InversionCorrections, InversionStartingNoise);

    public override SignedImage? PredictedImage(Lane lane) => layout.ToPreview(lane.State.Clean);

    public override void Leave(Lane lane) => lane.Picture = Blended(lane, layout.ToPicture(lane.State.Noisy));

    protected override void FillNoise(Span<float> destination, uint seed, int step) =>
        layout.FillNoise(Noise, destination, seed, Kind, step, Buffer("pixels", destination.Length));

    /// <summary>Runs the text projection for [unconditional; conditional]: constant over the decoder's steps.</summary>
    private DecoderConditioning Project(Lane lane, CancellationToken cancellationToken)
    {
        var texts = lane.Texts;
        var captionOnly = lane.Request.Request.Overrides.Conditioning == ConditioningMode.CaptionOnly;
        var readsCaption = model.Recipe.CaptionTokens || captionOnly;
        var unconditionalText = readsCaption ? texts.Negative : texts.Empty;
        var conditionalText = readsCaption ? texts.Prompt : texts.Empty;
        var width = model.Prior.EmbeddingSize;
        var embedding = captionOnly ? new float[width] : lane.ImageEmbedding;
        var length = model.Tokenizer.Length;
        var outputs = projection.Network.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.ImageEmbeddings] = NetworkTensor.Float32([.. embedding, .. embedding], 2, width),
                [NetworkNames.NullImage] = NetworkTensor.Int64([1, captionOnly ? 1 : 0], 2),
                [NetworkNames.PromptEmbeds] = NetworkTensor.Float32([.. unconditionalText.Embedding, .. conditionalText.Embedding], 2, width),
                [NetworkNames.TextEncoderHiddenStates] =
                    NetworkTensor.Float32([.. unconditionalText.States, .. conditionalText.States], 2, length, width),
            },
            cancellationToken);
        var context = outputs[NetworkNames.TextEncoderHiddenStates];
        var classes = outputs[NetworkNames.TimeEmbeddings];
        return new DecoderConditioning(Row(0, unconditionalText), Row(1, conditionalText));

        DecoderRow Row(int row, EncodedText text)
        {
            var mask = new long[projection.ExtraContextTokens + length];
            mask.AsSpan(0, projection.ExtraContextTokens).Fill(1);
            text.Mask.CopyTo(mask, projection.ExtraContextTokens);
            return new DecoderRow(context.FloatRow(row).ToArray(), classes.FloatRow(row).ToArray(), mask);
        }
    }

    private sealed record DecoderConditioning(DecoderRow Unconditional, DecoderRow Conditional);

    /// <param name="Context">(n + L, X) flattened.</param>
    /// <param name="ClassLabels">T values.</param>
    /// <param name="Mask">n + L values.</param>
    private sealed record DecoderRow(float[] Context, float[] ClassLabels, long[] Mask);
}
