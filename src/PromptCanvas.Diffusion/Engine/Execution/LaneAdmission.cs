using PromptCanvas.Diffusion.Engine.Conditioning;
using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Engine.Origins;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Admits a request's next lane: first encodes its texts and pictures, then runs the preparations its pictures share, then its pictures.</summary>
internal sealed class LaneAdmission(UnClipModel model, ClipEncoder encoder, INoiseSource noise)
{
    private readonly TextConditioner texts = new(model);

    /// <summary>The request's next lane with everything its first stage needs.</summary>
    public Lane Next(ActiveRequest request, CancellationToken cancellationToken)
    {
        var conditioning = request.Texts ??= texts.Encode(request.Request.Prompt, request.Request.NegativePrompt, cancellationToken);
        if (Resumed(request, conditioning) is { } resumed)
        {
            return resumed;
        }

        var context = new OriginContext(model, encoder, texts, noise, request.Request, cancellationToken);
        if (request.Origin is { } origin && !request.OriginHasBegun)
        {
            request.Begin(origin.Begin(context));
        }

        if (request.Preparations.TryDequeue(out var preparation))
        {
            return Prepare(request, preparation, conditioning);
        }

        var lane = new Lane(request, request.Waiting.Dequeue(), conditioning) { WorkDone = request.PreparationWork };
        lane.StageIndex = StageIndices.FirstOf(request.Request);
        if (request.Origin is { } source)
        {
            (var embedding, lane.Start) = source.StartOf(lane.ImageIndex, lane.Seed, context);
            lane.ImageEmbedding = request.Styled(embedding);
        }
        else if (request.Request.Overrides.Conditioning == ConditioningMode.TextEmbedding)
        {
            lane.ImageEmbedding = request.Styled(conditioning.Prompt.Embedding);
        }
        else if (request.Request.Overrides.Conditioning == ConditioningMode.KnownPicture)
        {
            lane.ImageEmbedding = request.KnownEmbedding ??= context.Embed(new ImageInput(request.Request.Known!.Picture.ToSource()))[0];
        }

        return lane;
    }

    /// <summary>The next picture where its first stages are done: it needs nothing that they needed.</summary>
    private Lane? Resumed(ActiveRequest request, TextConditioning conditioning)
    {
        if (!request.Waiting.TryPeek(out var index) || request.Request.Finished?.GetValueOrDefault(index) is not { Stage: { } stage } result
            || !Fits(request, stage, result))
        {
            return null;
        }

        request.Waiting.Dequeue();
        request.HasPreview |= result.Picture is not null;
        var lane = new Lane(request, index, conditioning)
        {
            IsResumed = true,
            StageIndex = (int)stage + 1,
            ImageEmbedding = result.ImageEmbedding,
            Picture = result.Picture,
            HasPreview = result.Picture is not null,
        };
        foreach (var timing in result.Timings.Where(timing => (int)timing.Stage < lane.Seconds.Length))
        {
            lane.Seconds[(int)timing.Stage] += timing.Seconds;
        }

        return lane;
    }

    /// <summary>Whether a stage of this model and request could have produced it.</summary>
    private bool Fits(ActiveRequest request, GenerationStage stage, StageResult result)
    {
        if (result.ImageEmbedding.Length != model.Prior.EmbeddingSize || (int)stage + 1 >= request.StageCount)
        {
            return false;
        }

        return stage switch
        {
            GenerationStage.Prior => StageIndices.FirstOf(request.Request) == StageIndices.Prior && !request.Plan.SamplesNegative,
            GenerationStage.Decoder => result.Picture?.Width == model.Decoder.ImageSize,
            _ => result.Picture?.Width == model.SuperResolution[(int)stage - StageIndices.FirstUpsampler].OutputSize,
        };
    }

    private static Lane Prepare(ActiveRequest request, Preparation preparation, TextConditioning texts) => preparation switch
    {
        EmbeddingPreparation embedding => new Lane(request, Lane.Preparing, embedding.Texts)
        {
            Preparation = preparation,
            StageIndex = StageIndices.Prior,
        },
        InversionPreparation inversion => new Lane(request, Lane.Preparing, texts)
        {
            Preparation = preparation,
            StageIndex = StageIndices.Decoder,
            ImageEmbedding = inversion.Embedding,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(preparation), preparation, "Nothing makes this ready."),
    };
}
