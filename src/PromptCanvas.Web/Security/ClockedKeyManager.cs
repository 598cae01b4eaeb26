using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using PromptCanvas.Generation.Nodes;

namespace PromptCanvas.Web.Security;

/// <summary>The data-protection keys with their times as this machine's clock has them, which is the only one that the framework reads. Otherwise a node whose clock
/// is behind would take the keys of the others for future ones and make its own, which those do not read until the next day.</summary>
internal sealed class ClockedKeyManager(IKeyManager keys, StudioClock clock) : IKeyManager
{
    public IKey CreateNewKey(DateTimeOffset activationDate, DateTimeOffset expirationDate) =>
        new ClockedKey(keys.CreateNewKey(activationDate - clock.Ahead, expirationDate - clock.Ahead), clock.Ahead);

    public IReadOnlyCollection<IKey> GetAllKeys() => clock.Ahead is { Ticks: not 0 } ahead ? [.. keys.GetAllKeys().Select(key => new ClockedKey(key, ahead))] : keys.GetAllKeys();

    public CancellationToken GetCacheExpirationToken() => keys.GetCacheExpirationToken();

    public void RevokeKey(Guid keyId, string? reason = null) => keys.RevokeKey(keyId, reason);

    public void RevokeAllKeys(DateTimeOffset revocationDate, string? reason = null) => keys.RevokeAllKeys(revocationDate - clock.Ahead, reason);

    private sealed class ClockedKey(IKey key, TimeSpan ahead) : IKey
    {
        public DateTimeOffset ActivationDate => key.ActivationDate + ahead;

        public DateTimeOffset CreationDate => key.CreationDate + ahead;

        public DateTimeOffset ExpirationDate => key.ExpirationDate + ahead;

        public bool IsRevoked => key.IsRevoked;

        public Guid KeyId => key.KeyId;

        public IAuthenticatedEncryptorDescriptor Descriptor => key.Descriptor;

        public IAuthenticatedEncryptor? CreateEncryptor() => key.CreateEncryptor();
    }
}
