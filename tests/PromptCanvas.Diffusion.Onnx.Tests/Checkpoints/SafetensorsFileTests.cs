using System.Buffers.Binary;
using System.Text;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, int, string> Damaged { get; } = new()
    {
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "'a' lies outside the file" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "4 bytes after its last tensor" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "'a' follows bytes that belong to no tensor" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "'a' lies outside the file" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "'a' has no readable type, shape and position" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""", 8, "'a' lies outside the file" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}""", 8, "'a' has no readable" },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "'a' has 8 bytes, which do not make the shape (3)" },
        { """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "'a' has no readable" },
        { """{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "'a' has 0 bytes" },
        { """{"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,8]}}""", 8, "'a' has 8 bytes" },
        { """{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", 8, "'a' has no readable" },
        { """{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", 8, "'a' is stored as F64" },
        { """{"a":{"dtype":7,"shape":[1],"data_offsets":[0,8]}}""", 8, "'a' has no readable" },
        { """{"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}""", 8, "'a' has no readable" },
        { """{"a":{"dtype":"F32","shape":[2]}}""", 8, "'a' has no readable" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", 8, "'a' has no readable" },
        { """{"a":5}""", 8, "'a' has no readable" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "'b' overlaps another one" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'a' is listed twice" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "its header is not JSON" },
        { """{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "its header is not JSON" },
        { """[{"a":1}]""", 8, "not a safetensors file" },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Damaged))]
    public void Open_Damaged_SaysWhichFileAndWhat(string header, int dataLength, string expected)
    {
        var path = Write(Encoding.UTF8.GetBytes(header), dataLength);

        var fault = Assert.Throws<ModelException>(() => SafetensorsFile.Open(path));

        Assert.StartsWith(path, fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(100_000_001)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void Open_LyingHeaderLength_IsRefusedWithoutReadingThatMuch(long length)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        bytes[8] = (byte)'{';
        var path = folder.PathOf("lying.safetensors");
        File.WriteAllBytes(path, bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var fault = Assert.Throws<ModelException>(() => SafetensorsFile.Open(path));

        Assert.Contains("not a safetensors file", fault.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(new byte[] { 0x80, 2, (byte)'}', (byte)'q', 0, (byte)'X', 5, 0, 0, 0 }, "is a pickle")]
    [InlineData(new byte[] { 0x80, 4, 0x95, 0x10, 0, 0, 0, 0, 0, 0, 0 }, "is a pickle")]
    [InlineData(new byte[] { (byte)'P', (byte)'K', 3, 4, 0, 0, 8, 8, 0, 0, 1 }, "is a pickle")]
    [InlineData(new byte[] { }, "is cut off or empty")]
    [InlineData(new byte[] { 1, 2, 3 }, "is cut off or empty")]
    public void Open_OtherContent_IsNamedByItsBytes(byte[] content, string expected)
    {
        var path = folder.PathOf("model.safetensors");
        File.WriteAllBytes(path, content);

        Assert.Contains(expected, Assert.Throws<ModelException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_LfsPointer_SaysHowToFetchTheWeights()
    {
        var path = folder.PathOf("model.safetensors");
        File.WriteAllText(path, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");

        Assert.Contains("git lfs pull", Assert.Throws<ModelException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TruncatedAnywhere_IsAlwaysAModelException()
    {
        var whole = File.ReadAllBytes(Path.Combine(Fixtures.TinyModel, "text_proj", "diffusion_pytorch_model.safetensors"));
        var path = folder.PathOf("cut.safetensors");
        for (var length = 0; length < whole.Length; length += 997)
        {
            File.WriteAllBytes(path, whole.AsSpan(0, length));

            Assert.Throws<ModelException>(() => SafetensorsFile.Open(path));
        }
    }

    [Fact]
    public void Open_HeaderBytesFlipped_IsSoundOrAModelException()
    {
        var whole = File.ReadAllBytes(Path.Combine(Fixtures.TinyModel, "text_proj", "diffusion_pytorch_model.safetensors"));
        var path = folder.PathOf("flipped.safetensors");
        for (var index = 0; index < 1200; index += 7)
        {
            var flipped = (byte[])whole.Clone();
            flipped[index] ^= (byte)(1 << (index % 8));
            File.WriteAllBytes(path, flipped);

            var fault = Record.Exception(() => SafetensorsFile.Open(path));

            Assert.True(fault is null or ModelException, $"byte {index}: {fault}");
        }
    }

    [Fact]
    public void Open_MissingFile_SaysSo() =>
        Assert.EndsWith("is missing.", Assert.Throws<ModelException>(() => SafetensorsFile.Open(folder.PathOf("none"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_BrokenLink_SaysSo()
    {
        var link = folder.PathOf("link.safetensors");
        File.CreateSymbolicLink(link, folder.PathOf("gone"));

        Assert.Contains("is missing", Assert.Throws<ModelException>(() => SafetensorsFile.Open(link)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ThenOpen_GivesTheSameTensors()
    {
        var path = folder.PathOf("written.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, NetworkTensor>
        {
            ["ids"] = NetworkTensor.Int64([1, -2, long.MaxValue], 3),
            ["värde"] = NetworkTensor.Float32([1.5f, float.NegativeInfinity, 0, -0f], 2, 2),
            ["empty"] = NetworkTensor.Float32([], 0, 4),
        });

        var file = SafetensorsFile.Open(path);

        Assert.Equal([1, -2, long.MaxValue], file.ReadIntegers("ids"));
        Assert.Equal([1.5f, float.NegativeInfinity, 0, -0f], file.ReadFloats("värde"));
        Assert.Equal([2, 2], file.Tensors["värde"].Shape);
        Assert.Empty(file.ReadFloats("empty"));
        Assert.Throws<ModelException>(() => file.ReadFloats("ids"));
        Assert.Throws<ModelException>(() => file.ReadIntegers("värde"));
        Assert.Throws<ModelException>(() => file.ReadFloats("absent"));
    }

    [Fact]
    public void ReadFloats_HalfPrecision_IsWidenedExactly()
    {
        var header = """{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]},"__metadata__":{"format":"pt"}}""";
        var path = Write(Encoding.UTF8.GetBytes(header), [0x00, 0x3E, 0x01, 0x00, 0xC0, 0x3F, 0x80, 0xFF]);

        var file = SafetensorsFile.Open(path);

        Assert.Equal([1.5f, 5.9604645e-8f], file.ReadFloats("h"));
        Assert.Equal([1.5f, float.NegativeInfinity], file.ReadFloats("b"));
        Assert.Equal(2, file.Tensors.Count);
    }

    private string Write(byte[] header, int dataLength) => Write(header, new byte[dataLength]);

    private string Write(byte[] header, byte[] data)
    {
        var path = folder.PathOf("test.safetensors");
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        File.WriteAllBytes(path, [.. prefix, .. header, .. data]);
        return path;
    }
}
