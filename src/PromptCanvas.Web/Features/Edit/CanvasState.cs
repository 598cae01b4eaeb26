using PromptCanvas.Generation.Requests.Editing;

namespace PromptCanvas.Web.Features.Edit;

/// <summary>State that the canvas reports to the page, shown by the tool buttons.</summary>
/// <param name="Tool">brush, eraser, lasso, rectangle or hand.</param>
/// <param name="Size">The brush's diameter, in pixels of the picture.</param>
/// <param name="Left">Extension of the frame beyond the picture on this side, in pixels of the picture; likewise the other sides.</param>
public sealed record CanvasState(string Tool, int Size, bool HasMask, bool CanUndo, bool CanRedo, int Left, int Right, int Up, int Down)
{
    public static CanvasState Initial { get; } = new("brush", 64, false, false, false, 0, 0, 0, 0);

    /// <summary>Extension of the frame on all sides.</summary>
    public Extension Frame => new(Left, Right, Up, Down);

    public bool IsExtended => Left + Right + Up + Down > 0;
}
