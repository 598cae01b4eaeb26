namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Whether the graph cache also keeps the blocks that matrix products read, to be mapped from the disk and not made at each start.</summary>
public enum PackedGraphs
{
    /// <summary>For large networks if the disk has free space for four times their weights.</summary>
    Auto,

    /// <summary>For all networks whose blocks can be mapped: linear layers of more than 1 MiB.</summary>
    Always,

    /// <summary>For none: half the disk, and linear layers in memory of the process's own.</summary>
    Never,
}

/// <summary>The precision of the networks' computations.</summary>
public enum InferencePrecision
{
    /// <summary><see cref="Fp16"/> on CUDA, <see cref="Fp32"/> elsewhere.</summary>
    Auto,

    /// <summary>32-bit floats.</summary>
    Fp32,

    /// <summary>16-bit floats on CUDA, norms and softmax in 32; the CPU has nothing to gain from it and computes in 32 bits.</summary>
    Fp16,

    /// <summary>On the CPU, linear layers with weights of 8 bits: a quarter of their memory. Pictures differ slightly.</summary>
    Int8,
}
