using Microsoft.ML.OnnxRuntime;
using PromptCanvas.Diffusion.Onnx.Memory;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Writes a network's entries of the graph cache. The sessions that write are closed, because they would hold the weights twice.</summary>
/// <remarks>
/// First the optimised graph, then, for large networks and if there is enough disk space, the same graph once more with the blocks its matrix products
/// read: they are mapped from the file from then on. On a prior of 4.1 GB (Karlo's size) the peak is 4.5 GB instead of 8.8, the next start takes
/// 0.1 GB of the process's own memory instead of 3.9, the results are the same bits, and the entry has 8.2 GB instead of 4.1.
/// </remarks>
internal static class GraphWriter
{
    /// <summary>The optimised graph.</summary>
    public const string GraphName = "graph.onnx";

    private const string DataName = "graph.onnx.data";
    private const string PlainName = "plain";
    private const string ConvertedName = "converted";

    /// <summary>Weights smaller than this stay inside the graph's file.</summary>
    private const string SmallestExternalBytes = "1024";

    /// <summary>Networks with less than this in weights are opened quickly as they are, and take little.</summary>
    private const long SmallestPacked = 64_000_000;

    /// <summary>How many times the weights' size the disk must have left before the larger entry is written.</summary>
    private const int RoomForPacked = 4;

    /// <summary>Writes a network's entry.</summary>
    /// <param name="source">The network and its checkpoint.</param>
    /// <param name="entry">An empty folder.</param>
    /// <param name="packing">Whether it has the blocks that matrix products read.</param>
    /// <param name="create">Creates a session on the CPU.</param>
    /// <exception cref="IOException">The disk is full, say.</exception>
    /// <exception cref="OnnxRuntimeException">The network cannot be loaded.</exception>
    public static void Write(
        GraphSource source, string entry, PackedGraphs packing, Func<Func<SessionOptions, InferenceSession>, InferenceSession> create)
    {
        var packs = source.CanBePacked
            && (packing == PackedGraphs.Always
                || (packing == PackedGraphs.Auto && source.WeightBytes >= SmallestPacked && FreeBytes(entry) >= RoomForPacked * source.WeightBytes));
        var plain = packs ? Path.Combine(entry, PlainName) : entry;
        var converted = Path.Combine(entry, ConvertedName);
        var checkpoint = source.Convert?.Invoke(converted) ?? source.FromCheckpoint;
        Session(create, plain, options =>
        {
            // Blocks for matrix products are not needed by a session that is only to write.
            options.AddSessionConfigEntry("session.disable_prepacking", "1");
            return checkpoint(options);
        });
        if (source.Convert is not null)
        {
            Directory.Delete(converted, recursive: true);
        }

        if (packs)
        {
            Session(create, entry, options =>
            {
                options.AddSessionConfigEntry("session.save_external_prepacked_constant_initializers", "1");
                return new InferenceSession(Path.Combine(plain, GraphName), options);
            });
            Directory.Delete(plain, recursive: true);
        }
    }

    /// <summary>Creates a session that writes its optimised graph to a folder, and disposes of it.</summary>
    private static void Session(
        Func<Func<SessionOptions, InferenceSession>, InferenceSession> create, string folder, Func<SessionOptions, InferenceSession> open)
    {
        Directory.CreateDirectory(folder);
        create(options =>
        {
            options.OptimizedModelFilePath = Path.Combine(folder, GraphName);
            options.AddSessionConfigEntry("session.optimized_model_external_initializers_file_name", DataName);
            options.AddSessionConfigEntry("session.optimized_model_external_initializers_min_size_in_bytes", SmallestExternalBytes);
            return open(options);
        }).Dispose();
        MachineMemory.Instance.Trim();
    }

    private static long FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Not to be known here, on a network path say: then the smaller entry.
            return 0;
        }
    }
}
