using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Graphs as the runtime optimised them for this processor, kept from one start to the next.</summary>
/// <remarks>
/// An entry is a folder with the optimised graph and its weights, named after everything it depends on: the runtime's
/// version, the processor's features, the graph and the checkpoint's files. It is written under a temporary name and then renamed,
/// so that no process sees a partial entry. After any failure the network is built from the checkpoint.
/// </remarks>
internal sealed class GraphCache(string folder)
{
    private const string GraphName = "graph.onnx";
    private const string DataName = "graph.onnx.data";
    private const string TemporaryMark = ".tmp-";
    private const int HashCharacters = 16;

    /// <summary>Weights smaller than this stay inside the graph's file.</summary>
    private const string SmallestExternalBytes = "1024";

    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    private static readonly Lazy<string> Machine = new(() => $"{OrtEnvironment.Get(0).GetVersionString()} {ProcessorFeatures()}");

    /// <summary>Opens a network from its entry, or from its checkpoint, of which an entry is made.</summary>
    /// <param name="name">The component's folder name.</param>
    /// <param name="model">The ONNX model with its weights in the checkpoint.</param>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="create">Creates a session on the CPU, after the options given were changed by the caller.</param>
    /// <param name="fromCheckpoint">Creates a session from the checkpoint with the options given.</param>
    public InferenceSession Open(
        string name,
        byte[] model,
        ComponentWeights weights,
        Func<Func<SessionOptions, InferenceSession>, InferenceSession> create,
        Func<SessionOptions, InferenceSession> fromCheckpoint)
    {
        var family = $"{name}-{Hash(Encoding.UTF8.GetBytes(weights.Folder))}-";
        var entry = Path.Combine(folder, family + Key(model, weights.Files.Select(file => file.Identity), Machine.Value));
        return OpenEntry(entry, create) ?? Build(entry, family, create, fromCheckpoint) ?? create(fromCheckpoint);
    }

    private static InferenceSession? OpenEntry(string entry, Func<Func<SessionOptions, InferenceSession>, InferenceSession> create)
    {
        var graph = Path.Combine(entry, GraphName);
        if (!File.Exists(graph))
        {
            return null;
        }

        try
        {
            return create(options => new InferenceSession(graph, options));
        }
        catch (OnnxRuntimeException)
        {
            // Damaged: made again below.
            Remove(entry);
            return null;
        }
    }

    private InferenceSession? Build(
        string entry,
        string family,
        Func<Func<SessionOptions, InferenceSession>, InferenceSession> create,
        Func<SessionOptions, InferenceSession> fromCheckpoint)
    {
        var temporary = $"{entry}{TemporaryMark}{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(temporary);
            var session = create(options =>
            {
                options.OptimizedModelFilePath = Path.Combine(temporary, GraphName);
                options.AddSessionConfigEntry("session.optimized_model_external_initializers_file_name", DataName);
                options.AddSessionConfigEntry("session.optimized_model_external_initializers_min_size_in_bytes", SmallestExternalBytes);
                return fromCheckpoint(options);
            });
            Publish(temporary, entry, family);
            return session;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or OnnxRuntimeException)
        {
            // A full disk, a folder that cannot be written, or a model that cannot be loaded at all: the plain way says which.
            Remove(temporary);
            return null;
        }
    }

    /// <summary>Moves a finished entry to its place, and deletes the entries it replaces and the unfinished files of other processes.</summary>
    private void Publish(string temporary, string entry, string family)
    {
        try
        {
            Directory.Move(temporary, entry);
        }
        catch (IOException)
        {
            // Another process was faster.
            Remove(temporary);
        }

        foreach (var other in Directory.EnumerateDirectories(folder, family + "*"))
        {
            var unfinished = other.Contains(TemporaryMark, StringComparison.Ordinal);
            if (other != entry && (!unfinished || Directory.GetLastWriteTimeUtc(other) < TimeProvider.System.GetUtcNow().UtcDateTime - AbandonedAfter))
            {
                Remove(other);
            }
        }
    }

    private static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // In use by another process, or gone: the next start tries again.
        }
    }

    /// <summary>The name of an entry, a hash of all of these: if one differs, so does the entry.</summary>
    /// <param name="model">The ONNX model without its weights.</param>
    /// <param name="files">Identifies the checkpoint's files.</param>
    /// <param name="machine">The runtime's version and the processor's features.</param>
    internal static string Key(byte[] model, IEnumerable<string> files, string machine)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(model);
        hash.AppendData(Encoding.UTF8.GetBytes(machine));
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..HashCharacters];
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashCharacters];

    /// <summary>What an optimised graph depends on: its blocks of channels are as wide as the processor's registers.</summary>
    private static string ProcessorFeatures()
    {
        const string path = "/proc/cpuinfo";
        if (File.Exists(path))
        {
            var line = File.ReadLines(path).FirstOrDefault(text =>
                text.StartsWith("flags", StringComparison.Ordinal) || text.StartsWith("Features", StringComparison.Ordinal));
            if (line is not null)
            {
                return line;
            }
        }

        return $"{System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture} {Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")} "
            + $"{System.Runtime.Intrinsics.X86.Avx2.IsSupported} {System.Runtime.Intrinsics.X86.Avx512F.IsSupported}";
    }
}
