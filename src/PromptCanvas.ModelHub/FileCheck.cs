using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PromptCanvas.ModelHub;

/// <summary>Compares a file's content with the hub's checksum.</summary>
internal static class FileCheck
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Whether the content is the one that the hub names.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Git names small files by SHA-1; it finds damage here and proves nothing else. Weights have SHA-256.")]
    public static async Task<bool> IsRightAsync(SafeFileHandle handle, HubFile file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(file.Sha256 is null ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        if (file.Sha256 is null)
        {
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Size}\0")));
        }

        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var position = 0L; position < file.Size;)
            {
                var read = await RandomAccess.ReadAsync(handle, buffer, position, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    return false;
                }

                hash.AppendData(buffer.AsSpan(0, (int)Math.Min(read, file.Size - position)));
                position += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == (file.Sha256 ?? file.GitBlob);
    }
}
