using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Provenance;
using PromptCanvas.Provenance.Reading;
using PromptCanvas.Provenance.Signing;

namespace PromptCanvas.Generation.Tests.Storage;

public sealed class PictureSigningTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeProtection protection = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Picture_Finished_IsStoredSignedAndGivenAsStored()
    {
        await using var studio = await NewStudio().StartAsync();
        var id = await MakeAsync(studio);

        var first = await BytesAsync(studio.Get<IPictureStore>().OpenContentAsync(id, Cancellation));
        var again = await BytesAsync(studio.Get<IPictureStore>().OpenContentAsync(id, Cancellation));

        Assert.Equal(first.Bytes, again.Bytes);
        await using var database = studio.OpenDatabase();
        var row = await database.Pictures.SingleAsync(Cancellation);
        Assert.Equal($"\"{row.ContentHash}\"", first.ETag);
        var manifest = await OursAsync(studio, first.Bytes);
        Assert.Equal(new StoryRecipe("generate", "starter", "a fox 🦊 in the snow", 7, row.Recipe), manifest.Recipe);
        Assert.Equal("trainedAlgorithmicMedia", Assert.Single(manifest.Actions).SourceType);
        Assert.NotNull(PictureText.Read(first.Bytes));
    }

    [Fact]
    public async Task OpenPlain_SignedPicture_TellsOnlyThatAModelMadeIt()
    {
        await using var studio = await NewStudio().StartAsync();
        var id = await MakeAsync(studio);

        var plain = await BytesAsync(studio.Get<IPictureStore>().OpenPlainAsync(id, Cancellation));

        var manifest = await OursAsync(studio, plain.Bytes);
        Assert.Equal(("c2pa.created", "trainedAlgorithmicMedia"), (manifest.Actions[0].Name, manifest.Actions[0].SourceType));
        Assert.Null(manifest.Recipe);
        Assert.DoesNotContain("fox", Encoding.Latin1.GetString(plain.Bytes), StringComparison.Ordinal);
        Assert.DoesNotContain("decoderSteps", Encoding.Latin1.GetString(plain.Bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PictureFormat.Jpeg, null, "c2pa.created c2pa.converted")]
    [InlineData(PictureFormat.WebP, 32, "c2pa.created c2pa.resized c2pa.converted")]
    [InlineData(PictureFormat.Png, 32, "c2pa.created c2pa.resized")]
    public async Task Open_AnotherForm_IsSignedOnceAndTellsTheChange(PictureFormat format, int? side, string actions)
    {
        await using var studio = await NewStudio().StartAsync();
        var id = await MakeAsync(studio);
        PictureFit? fit = side is { } pixels ? new PictureFit(pixels, pixels, Stretch: true) : null;

        var first = await BytesAsync(studio.Get<IPictureStore>().OpenAsync(id, format, 90, fit, Cancellation));
        var again = await BytesAsync(studio.Get<IPictureStore>().OpenAsync(id, format, 90, fit, Cancellation));

        Assert.Equal(first.Bytes, again.Bytes);
        Assert.Equal(first.ETag, again.ETag);
        Assert.Equal(actions, string.Join(' ', (await OursAsync(studio, first.Bytes)).Actions.Select(action => action.Name)));
    }

    [Fact]
    public async Task Open_FormThatWasRemoved_HasAnotherTagForItsOtherBytes()
    {
        await using var studio = await NewStudio().StartAsync();
        var id = await MakeAsync(studio);
        var first = await BytesAsync(studio.Get<IPictureStore>().OpenPlainAsync(id, Cancellation));
        Directory.Delete(studio.Folder.Forms, recursive: true);

        var again = await BytesAsync(studio.Get<IPictureStore>().OpenPlainAsync(id, Cancellation));

        Assert.NotEqual(first.Bytes, again.Bytes);
        Assert.NotEqual(first.ETag, again.ETag);
    }

    [Fact]
    public async Task Open_PictureFromBeforeSigning_IsSigned()
    {
        Guid id;
        await using (var before = await NewStudio(("Provenance:Sign", "false")).StartAsync())
        {
            id = await MakeAsync(before);
            Assert.Null(PictureVerifier.Verify((await BytesAsync(before.Get<IPictureStore>().OpenContentAsync(id, Cancellation))).Bytes, before.Clock.GetUtcNow()).Manifest);
            await before.StopAsync();
        }

        await using var studio = await NewStudio().StartAsync();
        var content = await BytesAsync(studio.Get<IPictureStore>().OpenContentAsync(id, Cancellation));

        Assert.Equal("a fox 🦊 in the snow", (await OursAsync(studio, content.Bytes)).Recipe!.Prompt);
    }

    [Fact]
    public async Task Open_EmbeddingSwitchedOff_RemovesTheManifest()
    {
        Guid id;
        await using (var before = await NewStudio().StartAsync())
        {
            id = await MakeAsync(before);
            await before.StopAsync();
        }

        await using var studio = await NewStudio(("Provenance:Embed", "false")).StartAsync();
        var content = await BytesAsync(studio.Get<IPictureStore>().OpenContentAsync(id, Cancellation));

        Assert.Null(PictureVerifier.Verify(content.Bytes, studio.Clock.GetUtcNow()).Manifest);
        Assert.DoesNotContain("fox", Encoding.Latin1.GetString(content.Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Picture_OfAnother_NamesItAsIngredient()
    {
        await using var studio = await NewStudio().StartAsync();
        var source = await MakeAsync(studio);

        var job = await studio.WaitAsync(
            await studio.SubmitAsync(TestRequests.Fox("vary", count: 1) with { PersonId = Studio.Somebody.PersonId, Prompt = "", Operation = new VaryOperation(source) }), JobState.Done);

        var content = await BytesAsync(studio.Get<IPictureStore>().OpenContentAsync(job.Images[0].ImageId!.Value, Cancellation));
        var ingredient = Assert.Single((await OursAsync(studio, content.Bytes)).Ingredients);
        Assert.Equal(($"xmp:iid:{source}", "inputTo"), (ingredient.InstanceId, ingredient.Relationship));
    }

    [Fact]
    public async Task Key_OfOneInstallation_IsMadeOnce()
    {
        string? first;
        await using (var before = await NewStudio().PrepareAsync())
        {
            first = await before.Get<ISigningKeys>().CertificatesAsync(Cancellation);
            await using var database = before.OpenDatabase();
            var row = await database.SigningKeys.SingleAsync(Cancellation);

            // The database holds no usable key.
            Assert.Throws<ProvenanceException>(() => SigningIdentity.Read(row.Certificates, Pem(row.Key!), before.Clock.GetUtcNow()));
        }

        await using var studio = await NewStudio().PrepareAsync();

        Assert.NotNull(first);
        Assert.Equal(first, await studio.Get<ISigningKeys>().CertificatesAsync(Cancellation));
    }

    [Fact]
    public async Task Key_OfManyNodesAtOnce_IsTheSame()
    {
        await using var studio = await NewStudio(("Provenance:Sign", "false")).PrepareAsync();
        await using (var database = studio.OpenDatabase())
        {
            await database.SigningKeys.ExecuteDeleteAsync(Cancellation);
        }

        var nodes = Enumerable.Range(0, 8).Select(_ => ActivatorUtilities.CreateInstance<SigningKeys>(studio.Get<IServiceProvider>())).ToList();
        var keys = await Task.WhenAll(nodes.Select(node => Task.Run(() => node.CurrentAsync(Cancellation))));

        Assert.Single(keys.Select(key => key!.Thumbprint).Distinct());
        nodes.ForEach(node => node.Dispose());
    }

    [Fact]
    public async Task Key_ThatCannotBeDecrypted_IsReplacedAndStaysOurs()
    {
        byte[] signed;
        await using (var before = await NewStudio().StartAsync())
        {
            signed = (await BytesAsync(before.Get<IPictureStore>().OpenContentAsync(await MakeAsync(before), Cancellation))).Bytes;
            await before.StopAsync();
        }

        protection.Secret++;
        await using var studio = await NewStudio().PrepareAsync();

        await using var database = studio.OpenDatabase();
        Assert.Equal(2, await database.SigningKeys.CountAsync(Cancellation));
        await OursAsync(studio, signed);
    }

    [Fact]
    public async Task Key_OfFiles_Signs()
    {
        var own = OwnCertificate.Create("Ours", Guid.NewGuid(), new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
        var (certificate, key) = (Path.Combine(folder.Path, "own.pem"), Path.Combine(folder.Path, "own.key"));
        await File.WriteAllTextAsync(certificate, own.ChainPem, Cancellation);
        await File.WriteAllTextAsync(key, Pem(own.Key), Cancellation);

        await using var studio = await NewStudio(("Provenance:CertificateFile", certificate), ("Provenance:KeyFile", key)).StartAsync();

        var content = await BytesAsync(studio.Get<IPictureStore>().OpenContentAsync(await MakeAsync(studio), Cancellation));
        Assert.StartsWith("Ours ", (await OursAsync(studio, content.Bytes)).Signer!.Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.pem", "missing.key", "Setting Provenance:CertificateFile: pictures cannot be signed with ")]
    [InlineData("missing.pem", null, "Setting Provenance:KeyFile: names no file")]
    public async Task Key_OfFilesThatCannotBeUsed_StopsTheStart(string certificate, string? key, string reason)
    {
        await using var studio = NewStudio(("Provenance:CertificateFile", Path.Combine(folder.Path, certificate)), ("Provenance:KeyFile", key is null ? null : Path.Combine(folder.Path, key)));

        Assert.StartsWith(reason, (await Assert.ThrowsAsync<StartupException>(studio.PrepareAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Composites_AreTheKindsThatPaintIntoTheirSource() =>
        Assert.Equal(OperationDefinitions.All.Where(kind => kind.PaintsIntoSource).Select(kind => kind.Kind).Order(), PictureSigning.Composites.Order());

    private static string Pem(byte[] key) => new(System.Security.Cryptography.PemEncoding.Write("PRIVATE KEY", key));

    [Fact]
    public async Task Picture_FinishedFromADraft_IsToldAsMadeFromItsPromptAlone()
    {
        await using var studio = await NewStudio().StartAsync();
        var request = TestRequests.FoxOf(Studio.Somebody.PersonId, "drafts") with { Operation = new DraftOperation(), Size = null };
        var drafts = await studio.WaitAsync(await studio.SubmitAsync(request), JobState.Done);

        var finished = await studio.WaitAsync(
            await studio.SubmitAsync(new NewJob
            {
                IdempotencyKey = "finish",
                PersonId = Studio.Somebody.PersonId,
                Operation = new FinishOperation([drafts.Images[1].ImageId!.Value]),
            }),
            JobState.Done);

        var content = await BytesAsync(studio.Get<IPictureStore>().OpenContentAsync(finished.Images[0].ImageId!.Value, Cancellation));
        var manifest = await OursAsync(studio, content.Bytes);
        Assert.Empty(manifest.Ingredients);
        Assert.Equal(("generate", "a fox 🦊 in the snow", 8u), (manifest.Recipe!.Kind, manifest.Recipe.Prompt, manifest.Recipe.Seed));
    }

    private static async Task<Guid> MakeAsync(Studio studio) =>
        (await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox(count: 1) with { PersonId = Studio.Somebody.PersonId }), JobState.Done)).Images[0].ImageId!.Value;

    private static async Task<(byte[] Bytes, string ETag)> BytesAsync(Task<StoredContent?> opening)
    {
        var content = Assert.IsType<StoredContent>(await opening);
        await using var stream = content.Stream;
        var bytes = new byte[content.Length];
        await stream.ReadExactlyAsync(bytes, Cancellation);
        return (bytes, content.ETag);
    }

    private static async Task<ManifestReport> OursAsync(Studio studio, byte[] file)
    {
        var manifest = Assert.IsType<ManifestReport>(PictureVerifier.Verify(file, studio.Clock.GetUtcNow()).Manifest);
        Assert.True(manifest.IsIntact, string.Join('\n', manifest.Checks));
        Assert.True(await studio.Get<ISigningKeys>().IsOursAsync(manifest.Signer!.Thumbprint, Cancellation));
        return manifest;
    }

    private Studio NewStudio(params (string Key, string? Value)[] settings) => new(
        folder.Path,
        change: services => services.AddSingleton<IKeyProtection>(protection),
        settings: settings.ToDictionary(setting => setting.Key, setting => setting.Value));

    private sealed class FakeProtection : IKeyProtection
    {
        public byte Secret { get; set; } = 0x5A;

        public byte[] Protect(byte[] key) => [Secret, .. key.Select(value => (byte)(value ^ Secret))];

        public byte[]? Unprotect(byte[] protectedKey) => protectedKey[0] == Secret ? [.. protectedKey.Skip(1).Select(value => (byte)(value ^ Secret))] : null;
    }
}
