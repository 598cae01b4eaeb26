using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Engine.Origins;
using PromptCanvas.Diffusion.Engine.Stages;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Sends the events of lanes to the readers of their requests: steps with previews, stages, finished and lost pictures.</summary>
internal sealed class LaneReports(string modelName, int maxUnreadPreviews, Stage[] stages)
{
    /// <summary>Reports one step, with a preview where the reader wants one.</summary>
    public void Step(Lane lane, Stage stage)
    {
        if (lane.Preparation is not null)
        {
            PreparationStep(lane, stage);
            return;
        }

        var preview = stage.ImageSize > 0 && lane.Request.WantsPreview(lane.ImageIndex, maxUnreadPreviews) ? stage.PredictedImage(lane) : null;
        lane.HasPreview |= stage.ImageSize > 0;
        lane.Request.HasPreview |= lane.HasPreview;
        lane.Request.Emit(new StepCompleted(
            lane.ImageIndex,
            lane.Seed,
            stage.Kind,
            (lane.State.Round * lane.State.Steps) + lane.State.Step,
            lane.State.Rounds * lane.State.Steps,
            Math.Min(1, lane.WorkDone / lane.WorkTotal),
            preview));
    }

    /// <summary>Reports a completed stage to a reader that keeps stage results.</summary>
    public void StageDone(Lane lane, Stage done)
    {
        if (lane.Request.Request.ReportsStages)
        {
            lane.Request.Emit(new StageCompleted(
                lane.ImageIndex, lane.Seed, new StageResult(done.Kind, lane.ImageEmbedding, lane.Picture, TimingsOf(lane)))
            {
                Recipe = lane.Request.Describe(modelName, lane.ImageIndex),
            });
        }
    }

    /// <summary>Hands over the picture of a lane that has left its last stage, at the size asked for.</summary>
    public void Finished(Lane lane)
    {
        var picture = lane.Picture!;
        var (width, height) = lane.Request.Plan.Finished;
        if (picture.Width != width || picture.Height != height)
        {
            var resized = new float[SignedImage.Channels * width * height];
            new BicubicResampler(picture.Width, picture.Height, width, height).Resample(picture.Values, resized);
            picture = new SignedImage(width, height, resized);
        }

        if (lane.Request.Request is { Known: null, Origin: null } && Numbers.AreAllBlack(picture.Values))
        {
            // A picture made from a black picture may be black; otherwise all black is a numerical fault without a NaN.
            Lost(lane, "The model produced an all-black picture for this seed: try another seed.");
            return;
        }

        lane.Request.FinishPicture(new ImageCompleted(
            lane.ImageIndex, lane.Seed, picture, lane.ImageEmbedding, lane.Request.Describe(modelName, lane.ImageIndex), TimingsOf(lane)));
    }

    /// <summary>Reports the loss of a lane: one picture, or every picture that waits for its preparation.</summary>
    public static void Lost(Lane lane, string reason)
    {
        foreach (var index in lane.Request.Lose(lane))
        {
            lane.Request.FinishPicture(new ImageFailed(index, lane.Request.Request.SeedOf(index), reason) { OfItsSeed = true });
        }
    }

    /// <summary>Reports the progress of a shared preparation for each waiting picture.</summary>
    private static void PreparationStep(Lane lane, Stage stage)
    {
        var request = lane.Request;
        var kind = lane.Preparation is InversionPreparation ? GenerationStage.Inversion : stage.Kind;
        var (step, steps) = ((lane.State.Round * lane.State.Steps) + lane.State.Step, lane.State.Rounds * lane.State.Steps);
        var progress = Math.Min(1, (request.PreparationWork + lane.WorkDone) / lane.WorkTotal);
        foreach (var index in request.Waiting)
        {
            request.Emit(new StepCompleted(index, request.Request.SeedOf(index), kind, step, steps, progress, null));
        }
    }

    private StageTiming[] TimingsOf(Lane lane) => [.. lane.Seconds.Select((seconds, index) => new StageTiming(stages[index].Kind, seconds))];
}
