using PromptCanvas.Diffusion.Engine.Lanes;

namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>Keeps a fault with the requests it hit.</summary>
internal static class RequestFaults
{
    /// <summary>Hands a fault to the readers of the requests it hit; the others go on.</summary>
    public static void Guard(IReadOnlyList<ActiveRequest> hit, Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Nothing is swallowed: the fault travels to every request it ends.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            foreach (var request in hit)
            {
                request.Complete(fault);
            }
        }
    }
}
