using PromptCanvas.Provenance.Boxes;
using PromptCanvas.Provenance.Containers;
using PromptCanvas.Provenance.Manifests;

namespace PromptCanvas.Provenance.Reading;

/// <summary>Reads and checks one manifest.</summary>
/// <remarks>Source: C2PA specification 2.1, section 15. Manifests of ingredients are not checked.</remarks>
internal sealed class ManifestReading(JumbfBox manifest, ReadOnlyMemory<byte> file, ManifestPlace place, DateTimeOffset now)
{
    private const int MostAssertions = 1000;

    // The claim's lists in versions 2 and 1.
    private static readonly string[] Lists = ["created_assertions", "gathered_assertions", "assertions"];

    private readonly List<ManifestCheck> checks = [];
    private readonly Dictionary<string, CborValue> held = new(StringComparer.Ordinal);

    public ManifestReport Report()
    {
        var claimBox = manifest.Child(Labels.Claim, JumbfKinds.Claim) ?? manifest.Child(Labels.ClaimOfVersion1, JumbfKinds.Claim) ?? throw new ProvenanceException("The manifest has no claim.");
        var claimBytes = claimBox.Content(JumbfKinds.Cbor);
        var claim = CborValue.Read(claimBytes);
        var signatureBox = manifest.Child(Labels.Signature, JumbfKinds.Signature) ?? throw new ProvenanceException("The manifest has no signature.");
        var (signer, signatureChecks) = SignatureCheck.Run(signatureBox.Content(JumbfKinds.Cbor), claimBytes, now);
        checks.AddRange(signatureChecks);
        var algorithm = claim["alg"]?.Text;
        CheckAssertions(claim, algorithm);
        CheckFile(algorithm);
        return ManifestStory.Of(claim, held, signer, checks);
    }

    private void CheckAssertions(CborValue claim, string? algorithm)
    {
        var references = Lists.SelectMany(name => claim[name]?.Items ?? []).Select(item => HashedReference.Of(item, algorithm)).ToList();
        if (references.Count > MostAssertions)
        {
            throw new ProvenanceException("The manifest has too many assertions.");
        }

        var declared = new HashSet<JumbfBox>(ReferenceEqualityComparer.Instance);
        foreach (var reference in references)
        {
            if (reference.Find(manifest) is not { } box)
            {
                checks.Add(new ManifestCheck("assertion.missing", CheckOutcome.Failed, $"The assertion {reference.Url} is missing."));
                continue;
            }

            if (declared.Add(box))
            {
                Check(reference, box);
            }
        }

        foreach (var box in (manifest.Child(Labels.Assertions, JumbfKinds.Assertions)?.Children ?? []).Where(box => !declared.Contains(box)))
        {
            checks.Add(new ManifestCheck("assertion.undeclared", CheckOutcome.Failed, $"The claim does not know the assertion {box.Label}."));
        }
    }

    private void Check(HashedReference reference, JumbfBox box)
    {
        var fits = reference.Fits(box.Payload.Span);
        checks.Add(fits switch
        {
            true => new ManifestCheck("assertion.hashedURI.match", CheckOutcome.Passed, $"The assertion {box.Label} is as signed."),
            false => new ManifestCheck("assertion.hashedURI.mismatch", CheckOutcome.Failed, $"The assertion {box.Label} was changed after it was signed."),
            null => new ManifestCheck("algorithm.unsupported", CheckOutcome.Unsupported, $"The hash of the assertion {box.Label} is of a kind that is not supported."),
        });

        // What was changed is not told as the signer's word.
        if (fits == true)
        {
            Hold(box);
        }
    }

    private void Hold(JumbfBox box)
    {
        if (box.Children is [{ Type: JumbfKinds.Cbor } cbor])
        {
            held.TryAdd(box.Label!, CborValue.Read(cbor.Payload));
        }
        else if (box.Children is [{ Type: JumbfKinds.Json } json])
        {
            held.TryAdd(box.Label!, CborValue.OfJson(json.Payload));
        }
    }

    private void CheckFile(string? algorithm)
    {
        if (held.TryGetValue(Labels.DataHash, out var assertion))
        {
            checks.AddRange(DataHashCheck.Run(assertion, algorithm, file.Span, place));
            return;
        }

        checks.Add((manifest.Child(Labels.Assertions, JumbfKinds.Assertions)?.Children ?? []).Any(box => box.Label?.StartsWith("c2pa.hash.", StringComparison.Ordinal) == true && box.Label != Labels.DataHash)
            ? new ManifestCheck("claim.hardBindings.missing", CheckOutcome.Unsupported, "The manifest is bound to the file in a way that is not supported.")
            : new ManifestCheck("claim.hardBindings.missing", CheckOutcome.Failed, "The manifest is not bound to the file."));
    }
}
