using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PromptCanvas.Provenance.Signing;

namespace PromptCanvas.Provenance.Tests;

public sealed class SigningIdentityTests
{
    [Fact]
    public void Create_Twice_GivesDifferentKeys()
    {
        using var first = Pictures.NewIdentity();
        using var second = Pictures.NewIdentity();

        Assert.NotEqual(first.Thumbprint, second.Thumbprint);
        Assert.Equal(64, first.Thumbprint.Length);
    }

    [Fact]
    public void Create_Chain_IsBuiltByTheSystem()
    {
        var own = OwnCertificate.Create("Studio", Guid.NewGuid(), Pictures.Now);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(own.ChainPem);
        using var build = new X509Chain();
        build.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        build.ChainPolicy.CustomTrustStore.Add(chain[1]);
        build.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        build.ChainPolicy.VerificationTime = Pictures.Now.UtcDateTime;

        Assert.True(build.Build(chain[0]), string.Join(' ', build.ChainStatus.Select(status => status.StatusInformation)));
    }

    [Fact]
    public void Read_KeyOfAnotherCertificate_IsRefused()
    {
        var (one, other) = (OwnCertificate.Create("One", Guid.NewGuid(), Pictures.Now), OwnCertificate.Create("Other", Guid.NewGuid(), Pictures.Now));

        Refuses("The first certificate does not belong to the key.", one.ChainPem, Pictures.Pem(other.Key));
    }

    [Fact]
    public void Read_Expired_IsRefused()
    {
        var own = OwnCertificate.Create("Old", Guid.NewGuid(), Pictures.Now.AddYears(-11));

        Refuses("The signing certificate has expired.", own.ChainPem, Pictures.Pem(own.Key));
    }

    [Fact]
    public void Read_SelfSigned_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=Self", key, HashAlgorithmName.SHA256).CreateSelfSigned(Pictures.Now.AddDays(-1), Pictures.Now.AddDays(1));

        Refuses("The signing certificate signs itself; it needs an issuer.", certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    [Fact]
    public void Read_OtherCurve_IsRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var certificate = new CertificateRequest("CN=Large", key, HashAlgorithmName.SHA256).CreateSelfSigned(Pictures.Now.AddDays(-1), Pictures.Now.AddDays(1));

        Refuses("The key is not a P-256 key.", certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    [Fact]
    public void Read_NoCertificate_IsRefused() => Refuses("There is no certificate.", "", Pictures.Pem(OwnCertificate.Create("A", Guid.NewGuid(), Pictures.Now).Key));

    [Fact]
    public void Read_NoKey_IsRefused()
    {
        var refusal = Assert.Throws<ProvenanceException>(() => SigningIdentity.Read(OwnCertificate.Create("A", Guid.NewGuid(), Pictures.Now).ChainPem, "no key", Pictures.Now));

        Assert.StartsWith("The key or a certificate cannot be read:", refusal.Message, StringComparison.Ordinal);
    }

    private static void Refuses(string reason, string chain, string key) =>
        Assert.Equal(reason, Assert.Throws<ProvenanceException>(() => SigningIdentity.Read(chain, key, Pictures.Now)).Message);
}
