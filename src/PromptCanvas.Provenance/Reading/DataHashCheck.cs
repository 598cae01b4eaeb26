using System.Security.Cryptography;
using PromptCanvas.Provenance.Containers;

namespace PromptCanvas.Provenance.Reading;

/// <summary>Checks the hash of the file.</summary>
/// <remarks>Source: C2PA specification 2.1, section 18.5 and 15.12.1.</remarks>
internal static class DataHashCheck
{
    private const int MostExclusions = 1000;

    public static IEnumerable<ManifestCheck> Run(CborValue assertion, string? algorithm, ReadOnlySpan<byte> file, ManifestPlace place)
    {
        if (HashedReference.HashOf(assertion["alg"]?.Text ?? algorithm) is not { } name)
        {
            return [new ManifestCheck("algorithm.unsupported", CheckOutcome.Unsupported, "The file's hash is of a kind that is not supported.")];
        }

        var exclusions = assertion["exclusions"]?.Items ?? [];
        if (exclusions.Count > MostExclusions)
        {
            return [Mismatch("There are too many exclusions.")];
        }

        using var hash = IncrementalHash.CreateHash(name);
        var (at, isMore) = (0, false);
        foreach (var exclusion in exclusions)
        {
            if (RangeOf(exclusion, at, file.Length) is not var (start, end))
            {
                return [Mismatch("The bytes that the hash leaves out do not fit the file.")];
            }

            hash.AppendData(file[at..start]);
            at = end;
            isMore |= start < place.Start || end > place.End;
        }

        hash.AppendData(file[at..]);
        var fits = hash.GetHashAndReset().AsSpan().SequenceEqual(assertion["hash"]?.Bytes);
        ManifestCheck[] result = [fits ? new ManifestCheck("assertion.dataHash.match", CheckOutcome.Passed, "The file is as it was when it was signed.") : Mismatch("The file was changed after it was signed.")];
        return isMore
            ? [.. result, new ManifestCheck("assertion.dataHash.additionalExclusionsPresent", CheckOutcome.Note, "The signer left out other parts of the file, too; they may have been changed.")]
            : result;
    }

    /// <summary>Null if it lies before <paramref name="at"/> or beyond the file: exclusions are in order and do not overlap.</summary>
    private static (int Start, int End)? RangeOf(CborValue exclusion, int at, int fileLength) =>
        exclusion["start"]?.Number is { } start && exclusion["length"]?.Number is { } length && start >= at && start <= fileLength && length >= 0 && length <= fileLength - start
            ? ((int)start, (int)(start + length))
            : null;

    private static ManifestCheck Mismatch(string reason) => new("assertion.dataHash.mismatch", CheckOutcome.Failed, reason);
}
