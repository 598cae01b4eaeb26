using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Lanes whose next step runs the same network.</summary>
/// <param name="network">The network.</param>
/// <param name="stageIndex">The stage they are in.</param>
/// <param name="shape">The stage's number for the shape that all lanes of a batch share.</param>
/// <param name="isLate">Whether the stage is an upsampler: no first preview depends on it.</param>
/// <param name="maxRows">The most rows of one run.</param>
internal sealed class BatchCandidate(INetwork network, int stageIndex, int shape, bool isLate, int maxRows)
{
    public INetwork Network => network;

    public int StageIndex => stageIndex;

    public int Shape => shape;

    public bool IsLate => isLate;

    public int MaxRows => maxRows;

    public List<Lane> Lanes { get; } = [];

    /// <summary>Those whose turn it may be; the others only fill places.</summary>
    public HashSet<Lane> Deciding { get; } = [];

    /// <summary>Whether one of <see cref="Deciding"/> has no preview yet.</summary>
    public bool LeadsToFirstPreview { get; set; }

    /// <summary>Rows that one run would take now.</summary>
    public int Rows
    {
        get
        {
            var rows = 0;
            foreach (var lane in Lanes)
            {
                rows += lane.State.Rows;
            }

            return Math.Min(rows, maxRows);
        }
    }

    public bool IsReady => Rows == maxRows;

    /// <summary>When the lane that waits longest became ready for its next step, as a timestamp of the engine's clock.</summary>
    public long WaitingSince
    {
        get
        {
            var earliest = long.MaxValue;
            foreach (var lane in Lanes)
            {
                earliest = Math.Min(earliest, lane.ReadySince);
            }

            return earliest;
        }
    }
}
