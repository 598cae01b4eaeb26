using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Provenance;
using PromptCanvas.Provenance.Reading;

namespace PromptCanvas.Web.Features.Verify;

/// <summary>Reads the signed provenance of a file. Nothing of the file is kept.</summary>
internal sealed class PictureVerification(ISigningKeys keys, IDbContextFactory<AppDbContext> databases, DataFolder folder, TimeProvider clock) : IDisposable
{
    /// <summary>Largest file.</summary>
    public const int MostBytes = 25 * 1024 * 1024;

    // Each holds the whole file in memory.
    private const int AtOnce = 2;
    private const int CopyBytes = 81920;

    private readonly SemaphoreSlim turns = new(AtOnce, AtOnce);

    /// <param name="file">Read to its end.</param>
    public async Task<Result<VerifiedPicture>> VerifyAsync(Actor actor, Stream file, CancellationToken cancellationToken)
    {
        // Received before its turn, so that a slow sender keeps nobody waiting.
        await using var received = new FileStream(
            Path.Combine(folder.Temporary, $"{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, CopyBytes, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        await file.CopyToAsync(received, cancellationToken);
        await turns.WaitAsync(cancellationToken);
        try
        {
            var bytes = new byte[received.Length];
            received.Position = 0;
            await received.ReadExactlyAsync(bytes, cancellationToken);
            return await VerifyAsync(actor, bytes, cancellationToken);
        }
        finally
        {
            turns.Release();
        }
    }

    public void Dispose() => turns.Dispose();

    private async Task<Result<VerifiedPicture>> VerifyAsync(Actor actor, byte[] file, CancellationToken cancellationToken)
    {
        if (!PictureVerifier.Reads(file))
        {
            return new InvalidInput("file", "The file is not a PNG, JPEG or WebP.");
        }

        try
        {
            var manifest = await Task.Run(() => PictureVerifier.Verify(file, clock.GetUtcNow()).Manifest, cancellationToken);
            var isOurs = manifest is { IsSigned: true, Signer: { } signer } && await keys.IsOursAsync(signer.Thumbprint, cancellationToken);
            return new VerifiedPicture(manifest, isOurs, await FindAsync(actor, file, cancellationToken));
        }
        catch (ProvenanceException)
        {
            return new InvalidInput("file", "The file is damaged, so that its manifest cannot be read.");
        }
    }

    // The very file that the studio keeps; other forms have other bytes.
    private async Task<Guid?> FindAsync(Actor actor, byte[] file, CancellationToken cancellationToken)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(file));
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Pictures.VisibleTo(actor).Where(picture => picture.ContentHash == hash).Select(picture => (Guid?)picture.Id).FirstOrDefaultAsync(cancellationToken);
    }
}

/// <summary>What is known about a file.</summary>
/// <param name="Manifest">Null if the file is not signed.</param>
/// <param name="IsOurs">Whether this installation signed the manifest; it says nothing about the file.</param>
/// <param name="ImageId">The picture of the studio whose file this is; null if there is none, or the person may not see it.</param>
public sealed record VerifiedPicture(ManifestReport? Manifest, bool IsOurs, Guid? ImageId);
