using PromptCanvas.Data.Identity;
using PromptCanvas.Data.Safety;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Tests.Instant;

/// <summary>Pictures drawn outside the queue also obey the administrators' rules.</summary>
public sealed class BlendPreviewRuleTests : IAsyncLifetime
{
    // The fake CLIP has two dimensions: one is the rule's subject, the other everything else.
    private static readonly float[] Forbidden = [1, 0];
    private static readonly float[] Innocent = [0.2f, 1];

    private readonly TemporaryFolder folder = new();
    private readonly Studio studio;

    public BlendPreviewRuleTests() => studio = new Studio(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        studio.Engine.Clip = input => input is TextInput ? Forbidden : Innocent;
        studio.Engine.Prior = _ => Innocent;
        await studio.PrepareAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Preview_OfForbiddenWords_IsRefusedBeforeTheEngineIsAsked()
    {
        await AddAsync(new NewSafetyRule(SafetyRuleKinds.Words, "gore", "no gore.", null));

        Assert.Contains("no gore", Refused(await BlendAsync("a fox", "gore")), StringComparison.Ordinal);
        Assert.Empty(studio.Engine.Requests);
    }

    [Fact]
    public async Task Preview_WhoseEmbeddingIsTooClose_IsNotShown()
    {
        await AddAsync(new NewSafetyRule(SafetyRuleKinds.Picture, "a wolf", "no wolves", 0.9));
        studio.Engine.Prior = _ => Forbidden;

        Assert.Contains("no wolves", Refused(await BlendAsync("a fox", "a hare")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_ThatLooksTooClose_IsNotShown()
    {
        await AddAsync(new NewSafetyRule(SafetyRuleKinds.Picture, "a wolf", "no wolves", 0.9));
        studio.Engine.Clip = _ => Forbidden;

        Assert.Contains("no wolves", Refused(await BlendAsync("a fox", "a hare")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_FarFromEveryRule_IsShown()
    {
        await AddAsync(new NewSafetyRule(SafetyRuleKinds.Words, "gore", "no gore.", null));
        await AddAsync(new NewSafetyRule(SafetyRuleKinds.Picture, "a wolf", "no wolves", 0.9));

        Assert.True((await BlendAsync("a fox", "a hare")).TryGet(out var picture, out _));
        Assert.False(picture!.Bytes.IsEmpty);
    }

    private static string Refused(Result<EncodedPicture> result)
    {
        Assert.False(result.TryGet(out _, out var refusal));
        return Assert.IsType<PolicyViolation>(refusal).Message;
    }

    private Task<Result<EncodedPicture>> BlendAsync(string first, string second) => studio.Get<IBlendPreviews>().BlendAsync(
        Studio.Somebody, new BlendPreview([new BlendInput(null, first), new BlendInput(null, second)], Seed: 7), Cancellation);

    private async Task AddAsync(NewSafetyRule rule) =>
        Assert.Null((await studio.Get<ISafetyRules>().AddAsync(new AuditActor(null, "Ada", null), rule, Cancellation)).Refusal);
}
