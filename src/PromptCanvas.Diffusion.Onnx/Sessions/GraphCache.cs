using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Graphs as the runtime optimised them for this processor, kept from one start to the next.</summary>
/// <remarks>
/// An entry is a folder with the optimised graph and its weights, named after everything it depends on: the runtime's
/// version, the processor's features, the graph and the checkpoint's files. It is written under a temporary name and then renamed,
/// so that no process sees a partial entry. After any failure the network is built from the checkpoint.
/// </remarks>
/// <param name="folder">Where the entries are.</param>
/// <param name="packing">Whether entries have the blocks that matrix products read.</param>
internal sealed class GraphCache(string folder, PackedGraphs packing = PackedGraphs.Auto)
{
    private const string TemporaryMark = ".tmp-";
    private const int HashCharacters = 16;

    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    private static readonly Lazy<string> Machine = new(() => $"{OrtEnvironment.Get(0).GetVersionString()} {ProcessorFeatures()}");

    /// <summary>Whether an entry was written in this process: its peak is one of a first start.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>Opens a network from its entry; where there is none, one is made from the checkpoint first.</summary>
    /// <param name="source">The network and its checkpoint.</param>
    /// <param name="create">Creates a session on the CPU, after the options given were changed by the caller.</param>
    /// <exception cref="OperationCanceledException">Loading was stopped.</exception>
    public InferenceSession Open(GraphSource source, Func<Func<SessionOptions, InferenceSession>, InferenceSession> create)
    {
        var entry = EntryOf(source);
        return OpenEntry(entry, create)
            ?? (Build(entry, source, create) ? OpenEntry(entry, create) : null)
            ?? create(source.FromCheckpoint);
    }

    private static InferenceSession? OpenEntry(string entry, Func<Func<SessionOptions, InferenceSession>, InferenceSession> create)
    {
        var graph = Path.Combine(entry, GraphWriter.GraphName);
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

    private static string Family(GraphSource source) => $"{source.Name}-{Hash(Encoding.UTF8.GetBytes(source.Folder))}-";

    private string EntryOf(GraphSource source) => Path.Combine(folder, Family(source) + Key(source.Model, source.Identities, Machine.Value));

    private bool Build(string entry, GraphSource source, Func<Func<SessionOptions, InferenceSession>, InferenceSession> create)
    {
        var temporary = $"{entry}{TemporaryMark}{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(temporary);
            GraphWriter.Write(source, temporary, packing, create);
            HasWritten = true;
            Publish(temporary, entry, Family(source));
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or OnnxRuntimeException)
        {
            // A full disk, a folder that cannot be written, or a model that cannot be loaded at all: the plain way says which.
            Remove(temporary);
            return false;
        }
        catch (OperationCanceledException)
        {
            Remove(temporary);
            throw;
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

    /// <summary>The processor features that an optimised graph depends on: its channel blocks are as wide as the processor's registers.</summary>
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
