namespace PromptCanvas.Diffusion.Onnx.Memory;

/// <summary>Memory that this process holds and does not use.</summary>
public static class FreeMemory
{
    /// <summary>Collects and compacts the managed heap, and returns free pages of both heaps to the system. Stops all managed threads for some tens of milliseconds.</summary>
    public static void Return()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        MachineMemory.Instance.Trim();
    }
}
