using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>The checked header of a safetensors file; values are read only when asked for.</summary>
/// <remarks>
/// Eight bytes of header length (little-endian), a JSON header (name → type, shape, first and last byte), the data.
/// The file must not be rewritten in place while it is open: networks map it.
/// </remarks>
public sealed class SafetensorsFile
{
    private readonly Dictionary<string, TensorEntry> tensors;

    private SafetensorsFile(string shownName, string path, long length, DateTime modified, Dictionary<string, TensorEntry> tensors)
    {
        ShownName = shownName;
        Path = path;
        Length = length;
        Modified = modified;
        this.tensors = tensors;
    }

    /// <summary>The full path of the file itself: symbolic links, of which hub caches consist, are followed.</summary>
    public string Path { get; }

    /// <summary>Every tensor by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => tensors;

    /// <summary>The path as it was given, for messages.</summary>
    internal string ShownName { get; }

    /// <summary>The file's length in bytes when it was opened.</summary>
    internal long Length { get; }

    /// <summary>Tells this file from any other, and from a later version of itself.</summary>
    internal string Identity => $"{Path}|{Length}|{Modified.Ticks}";

    private DateTime Modified { get; }

    /// <summary>Reads and checks a file's header.</summary>
    /// <param name="path">The file, or a symbolic link to it.</param>
    /// <exception cref="ModelException">The file is missing, cannot be read, or is not a sound safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Guard(path, () =>
        {
            var real = RealPath.Of(path);
            using var stream = new FileStream(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var tensors = SafetensorsHeader.Read(stream, path);
            return new SafetensorsFile(path, real, stream.Length, File.GetLastWriteTimeUtc(real), tensors);
        });
    }

    /// <summary>Reads a tensor's values as 32-bit floats, row-major.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="ModelException">There is no such tensor, it holds integers, or the file cannot be read.</exception>
    public float[] ReadFloats(string name)
    {
        var entry = Find(name);
        if (entry.Type == TensorType.Int64)
        {
            throw new ModelException($"{ShownName}: the tensor '{ShapeNames.Printable(name)}' holds integers where numbers with fractions are expected.");
        }

        var bytes = ReadBytes(entry);
        var values = new float[bytes.Length / entry.Type.Size()];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = entry.Type switch
            {
                TensorType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(index * 4)),
                TensorType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes.AsSpan(index * 2)),
                _ => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(index * 2)) << 16),
            };
        }

        return values;
    }

    /// <summary>Reads a tensor's 64-bit integers, row-major.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="ModelException">There is no such tensor, it does not hold integers, or the file cannot be read.</exception>
    public long[] ReadIntegers(string name)
    {
        var entry = Find(name);
        if (entry.Type != TensorType.Int64)
        {
            throw new ModelException($"{ShownName}: the tensor '{ShapeNames.Printable(name)}' holds {entry.Type.HeaderName()} values where I64 is expected.");
        }

        var values = MemoryMarshal.Cast<byte, long>(ReadBytes(entry)).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }

        return values;
    }

    /// <summary>Reads a tensor's bytes as they are stored, a piece at a time.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="values">Values of a piece; the last may have fewer.</param>
    /// <exception cref="ModelException">There is no such tensor, or the file cannot be read.</exception>
    internal IEnumerable<ReadOnlyMemory<byte>> ReadPieces(string name, int values)
    {
        var entry = Find(name);
        var length = (long)values * entry.Type.Size();
        for (var offset = 0L; offset < entry.Length; offset += length)
        {
            var start = entry.Offset + offset;
            var count = (int)Math.Min(length, entry.Length - offset);
            yield return Guard(ShownName, () => ReadBytes(start, count));
        }
    }

    /// <summary>Refuses to go on when the file is no longer the one whose header was read.</summary>
    /// <exception cref="ModelException">The file is gone or was changed.</exception>
    internal void ThrowIfChanged()
    {
        var now = new FileInfo(Path);
        if (!now.Exists || now.Length != Length || now.LastWriteTimeUtc != Modified)
        {
            throw new ModelException($"{ShownName} was changed or removed after the model was opened. Try again, so that the model is opened again.");
        }
    }

    private static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException($"{path} is missing.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{path} cannot be read: {fault.Message}", fault);
        }
    }

    private TensorEntry Find(string name) => tensors.TryGetValue(name, out var entry)
        ? entry
        : throw new ModelException($"{ShownName} has no tensor '{ShapeNames.Printable(name)}'.");

    private byte[] ReadBytes(TensorEntry entry) => entry.Length <= Array.MaxLength
        ? Guard(ShownName, () => ReadBytes(entry.Offset, (int)entry.Length))
        : throw new ModelException($"{ShownName}: the tensor '{ShapeNames.Printable(entry.Name)}' is too large to be read into memory.");

    private byte[] ReadBytes(long offset, int length)
    {
        var bytes = new byte[length];
        using var handle = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        for (var read = 0; read < bytes.Length;)
        {
            var count = RandomAccess.Read(handle, bytes.AsSpan(read), offset + read);
            read += count > 0 ? count : throw new EndOfStreamException("the file is shorter than it was");
        }

        return bytes;
    }
}
