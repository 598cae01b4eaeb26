namespace PromptCanvas.Generation.Storage;

/// <summary>Encrypts keys that the database keeps, with a secret that all nodes share. Hosts without one do not sign with keys of their own.</summary>
public interface IKeyProtection
{
    byte[] Protect(byte[] key);

    /// <returns>Null if the secret has changed or is lost.</returns>
    byte[]? Unprotect(byte[] protectedKey);
}
