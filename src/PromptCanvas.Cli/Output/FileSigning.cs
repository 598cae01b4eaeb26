using PromptCanvas.Cli.Options;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Provenance;
using PromptCanvas.Provenance.Manifests;
using PromptCanvas.Provenance.Signing;

namespace PromptCanvas.Cli.Output;

/// <summary>Signs pictures with the certificate that the environment names. The key that a studio makes for itself stays in its database.</summary>
internal sealed class FileSigning
{
    private const string CertificateVariable = "Provenance__CertificateFile";
    private const string KeyVariable = "Provenance__KeyFile";
    private readonly SigningIdentity? identity;

    private FileSigning(SigningIdentity? identity) => this.identity = identity;

    /// <summary>Reads the certificate and its key. Without one, files are not signed.</summary>
    /// <exception cref="BadInputException">They cannot be used.</exception>
    public static FileSigning OfEnvironment()
    {
        if (Environment.GetEnvironmentVariable(CertificateVariable) is not { Length: > 0 } certificate)
        {
            return new FileSigning(null);
        }

        if (Environment.GetEnvironmentVariable(KeyVariable) is not { Length: > 0 } key)
        {
            throw new BadInputException($"{CertificateVariable} names a certificate: name the file of its private key with {KeyVariable}.");
        }

        try
        {
            return new FileSigning(SigningIdentity.Read(File.ReadAllText(certificate), File.ReadAllText(key), TimeProvider.System.GetUtcNow()));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ProvenanceException)
        {
            throw new BadInputException($"Pictures cannot be signed with {certificate} and {key}: {fault.Message}");
        }
    }

    /// <param name="png">A finished picture; returned as it is without a certificate.</param>
    /// <param name="text">How it was made, as in its text.</param>
    public byte[] Sign(byte[] png, EffectiveRecipe recipe, PictureText text)
    {
        if (identity is null)
        {
            return png;
        }

        var story = new PictureStory(PictureText.Product, PictureText.Version, TimeProvider.System.GetUtcNow())
        {
            IsComposite = text.IsComposite,
            Recipe = new PictureRecipe(recipe.Kind ?? JobKinds.Generate, recipe.Model, text.Prompt, text.Seed, text.Recipe),
        };
        return PictureSigner.Sign(png, story, identity);
    }
}
