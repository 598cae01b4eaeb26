using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace PromptCanvas.Tests.Shared;

/// <summary>
/// The checkpoint <c>unclip-tiny</c>, completed on first use below <c>artifacts</c>. The repository keeps of its U-Nets and priors what PyTorch
/// drew from a normal distribution (<c>rest.safetensors</c>). All other weights are PyTorch's initial ones, bounded by 1/√(inputs) and drawn
/// from one Mersenne Twister: <c>seeded.json</c> names the draw at which each tensor begins, and the SHA-256 of the tensors together.
/// </summary>
internal static class TinyCheckpoint
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The folder of the model.</summary>
    /// <param name="root">The repository's root.</param>
    public static string Model(string root)
    {
        var kept = Path.Combine(root, "tests", "fixtures", "unclip-tiny");
        var list = File.ReadAllBytes(Path.Combine(kept, "seeded.json"));
        var folder = Path.Combine(root, "artifacts", $"unclip-tiny-{Convert.ToHexStringLower(SHA256.HashData(list))[..8]}");
        if (!Directory.Exists(folder))
        {
            var seeded = JsonSerializer.Deserialize<Seeded>(list, Json)!;
            Complete(Path.Combine(kept, "model"), folder, seeded);
        }

        return folder;
    }

    private static void Complete(string kept, string folder, Seeded seeded)
    {
        var draws = Draws(seeded);
        var temporary = $"{folder}.{Guid.NewGuid():N}";
        foreach (var file in Directory.EnumerateFiles(kept, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(temporary, Path.GetRelativePath(kept, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (Path.GetFileName(file) == "rest.safetensors")
            {
                var component = Path.GetFileName(Path.GetDirectoryName(file))!;
                Write(Path.Combine(Path.GetDirectoryName(target)!, "diffusion_pytorch_model.safetensors"), new SafetensorsFile(file), seeded.Files[component], draws);
            }
            else
            {
                File.Copy(file, target);
            }
        }

        try
        {
            Directory.Move(temporary, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another test was first.
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static void Write(string path, SafetensorsFile rest, SeededFile seeded, uint[] draws)
    {
        var header = new Dictionary<string, object>();
        using var data = new MemoryStream();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in seeded.Tensors)
        {
            var bytes = MemoryMarshal.AsBytes(Weights(tensor, draws).AsSpan());
            digest.AppendData(bytes);
            Add(tensor.Name, tensor.Shape, bytes);
        }

        if (Convert.ToHexStringLower(digest.GetHashAndReset()) != seeded.Sha256)
        {
            throw new InvalidOperationException($"The weights drawn for {path} are not those of the golden data.");
        }

        foreach (var name in rest.Names)
        {
            Add(name, rest.Shape(name), MemoryMarshal.AsBytes(rest.Floats(name).AsSpan()));
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        using var file = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        file.Write(length);
        file.Write(json);
        data.WriteTo(file);

        void Add(string name, int[] shape, ReadOnlySpan<byte> bytes)
        {
            header[name] = new { dtype = "F32", shape, data_offsets = new[] { data.Length, data.Length + bytes.Length } };
            data.Write(bytes);
        }
    }

    /// <summary>PyTorch's <c>kaiming_uniform_(a = √5)</c>: 24 bits of each draw as u in [0, 1), then u·2b − b with b = 1/√(inputs of one output).</summary>
    private static float[] Weights(SeededTensor tensor, uint[] draws)
    {
        var inputs = tensor.Shape.Skip(1).Aggregate(1, (product, length) => product * length);
        var bound = (float)(Math.Sqrt(3) * (Math.Sqrt(2.0 / 6) / Math.Sqrt(inputs)));
        var weights = new float[tensor.Shape[0] * inputs];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = MathF.FusedMultiplyAdd((draws[tensor.Draw + i] & 0xFFFFFF) / (float)(1 << 24), 2 * bound, -bound);
        }

        return weights;
    }

    /// <summary>The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), tempered, 32 bits a draw.</summary>
    private static uint[] Draws(Seeded seeded)
    {
        const int N = 624;
        const int M = 397;
        var count = seeded.Files.Values.SelectMany(file => file.Tensors).Max(tensor => tensor.Draw + tensor.Shape.Aggregate(1, (product, length) => product * length));
        var state = new uint[N];
        state[0] = seeded.Seed;
        for (var i = 1; i < N; i++)
        {
            state[i] = (1812433253u * (state[i - 1] ^ (state[i - 1] >> 30))) + (uint)i;
        }

        var draws = new uint[count];
        for (var draw = 0; draw < count; draw++)
        {
            var i = draw % N;
            var mixed = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7FFFFFFF);
            var y = state[i] = state[(i + M) % N] ^ (mixed >> 1) ^ ((mixed & 1) * 0x9908B0DF);
            y ^= y >> 11;
            y ^= (y << 7) & 0x9D2C5680;
            y ^= (y << 15) & 0xEFC60000;
            draws[draw] = y ^ (y >> 18);
        }

        return draws;
    }

    private sealed record Seeded(uint Seed, Dictionary<string, SeededFile> Files);

    private sealed record SeededFile(string Sha256, SeededTensor[] Tensors);

    private sealed record SeededTensor(string Name, int[] Shape, int Draw);
}
