using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Safety;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Safety;

/// <summary>Refused pictures cost nothing and are never shown. On both databases.</summary>
public sealed class SafetyRuleTests(PostgresServer postgres)
{
    // The fake CLIP has two dimensions: one is the rule's subject, the other everything else.
    private static readonly float[] Forbidden = [1, 0];
    private static readonly float[] Innocent = [0.2f, 1];

    private static readonly Guid Fay = new("5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d0fa");
    private static readonly AuditActor Ada = new(null, "Ada", null);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Prompt_OfARule_IsRefusedBeforeAnythingIsWritten(DatabaseProvider provider)
    {
        using var folder = new TemporaryFolder();
        await using var studio = await new Studio(folder.Path, settings: await postgres.SettingsAsync(provider)).PrepareAsync();
        await AddAsync(studio, new NewSafetyRule(SafetyRuleKinds.Words, "snow", "no winter in here.", null));

        var result = await studio.TrySubmitAsync(TestRequests.FoxOf(Fay));

        Assert.False(result.TryGet(out _, out var refusal));
        Assert.Contains("no winter in here. Nothing was charged", Assert.IsType<PolicyViolation>(refusal).Message, StringComparison.Ordinal);
        Assert.Equal(0, (await studio.QuotaAsync(Fay)).Used);
        await using var database = studio.OpenDatabase();
        Assert.False(await database.Jobs.AnyAsync(Cancellation));
        Assert.Equal(1, (await database.SafetyRules.SingleAsync(Cancellation)).Hits);
    }

    [Fact]
    public async Task Prompt_ThatOnlyAvoidsTheWords_IsMade_UnlessGuidanceDrawsWhatIsAvoided()
    {
        using var folder = new TemporaryFolder();
        await using var studio = await new Studio(folder.Path).PrepareAsync();
        await AddAsync(studio, new NewSafetyRule(SafetyRuleKinds.Words, "gore", "no gore", null));
        var job = TestRequests.FoxOf(Fay) with { NegativePrompt = "gore" };

        Assert.True((await studio.TrySubmitAsync(job)).TryGet(out _, out _));
        Assert.False((await studio.TrySubmitAsync(job with { IdempotencyKey = "2", Overrides = new RecipeOverrides { DecoderGuidance = 0 } })).TryGet(out _, out var refusal));
        Assert.IsType<PolicyViolation>(refusal);
    }

    [Fact]
    public async Task Submit_ModelThatReadsNoTexts_IsRefusedWhereThereAreRulesAboutPictures()
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path);
        (studio.Engine.Clip, studio.Engine.ReadsTexts) = (_ => Innocent, false);
        await studio.PrepareAsync();
        await AddAsync(studio, PictureRule(0.9));

        Assert.False((await studio.TrySubmitAsync(TestRequests.FoxOf(Fay))).TryGet(out _, out var refusal));

        Assert.Contains("cannot check its own pictures", Assert.IsType<Unavailable>(refusal).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Picture_WhoseEmbeddingIsClose_IsDroppedAfterThePrior_AndGivenBackOnce(DatabaseProvider provider)
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path, settings: await postgres.SettingsAsync(provider));
        (studio.Engine.ReportsStages, studio.Engine.Clip) = (true, input => input is TextInput ? Forbidden : Innocent);
        studio.Engine.Prior = seed => seed == 8 ? Forbidden : Innocent;
        await studio.PrepareAsync();
        await AddAsync(studio, PictureRule(0.9));
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 3));
        var frames = WatchAsync(studio, id);
        await studio.StartAsync();

        var job = await studio.WaitAsync(id, JobState.Done);

        Assert.Equal([JobPictureState.Done, JobPictureState.Rejected, JobPictureState.Done], job.Images.Select(image => image.State));
        Assert.Contains("no foxes", job.Images[1].Error, StringComparison.Ordinal);
        Assert.DoesNotContain(await frames, frame => frame.ImageIndex == 1 && !frame.Bytes.IsEmpty);
        Assert.Equal(2, (await studio.QuotaAsync(Fay)).Used);
        await studio.ConsistentAsync();
        await using var database = studio.OpenDatabase();
        Assert.Equal(1, (await database.SafetyRules.SingleAsync(Cancellation)).Hits);
        Assert.Equal(2, await database.Pictures.CountAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Picture_ThatComesOutClose_LeavesTheServerNeitherAsPreviewNorAsResult(DatabaseProvider provider)
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path, settings: await postgres.SettingsAsync(provider));
        studio.Engine.Clip = input => input is TextInput || Shows(input, 7) ? Forbidden : Innocent;
        studio.Engine.Prior = _ => Innocent;
        await studio.PrepareAsync();
        await AddAsync(studio, PictureRule(0.9));
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 1));
        var frames = WatchAsync(studio, id);
        await studio.StartAsync();

        var job = await studio.WaitAsync(id, JobState.Rejected);

        Assert.Contains("no foxes", job.Error, StringComparison.Ordinal);
        Assert.All(await frames, frame => Assert.True(frame.Bytes.IsEmpty));
        Assert.Equal(0, (await studio.QuotaAsync(Fay)).Used);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder.Path, "images"), "*", SearchOption.AllDirectories));
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Picture_ThatIsFarFromEveryRule_IsShownWhileItForms()
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path);
        studio.Engine.Clip = input => input is TextInput ? Forbidden : Innocent;
        studio.Engine.Prior = _ => Innocent;
        var gate = new Gate();
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        await studio.PrepareAsync();
        await AddAsync(studio, PictureRule(0.9));
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 1));
        await studio.StartAsync();

        await foreach (var frame in studio.Get<IPreviewBus>().WatchAsync(id, Cancellation))
        {
            // The gate holds the picture until a preview of it was checked or shown.
            if (!frame.Bytes.IsEmpty || studio.Get<PreviewPublisher>().Encoded > 0)
            {
                gate.Open();
            }
        }

        Assert.Equal(JobState.Done, (await studio.FindAsync(id)).State);
    }

    [Fact]
    public async Task Submit_WithARuleThatTheModelCannotApply_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await using var studio = await new Studio(folder.Path).PrepareAsync();
        await AddAsync(studio, PictureRule(0.9));

        Assert.False((await studio.TrySubmitAsync(TestRequests.FoxOf(Fay))).TryGet(out _, out var refusal));
        Assert.IsType<Unavailable>(refusal);
    }

    [Fact]
    public async Task Rule_TakenAway_NoLongerRefuses_AndBothActsAreInTheAuditLog()
    {
        using var folder = new TemporaryFolder();
        await using var studio = await new Studio(folder.Path).PrepareAsync();
        await AddAsync(studio, new NewSafetyRule(SafetyRuleKinds.Words, "snow", "no winter", null));
        var rules = studio.Get<ISafetyRules>();
        Assert.NotNull(await rules.TryPromptAsync("S n o w", Cancellation));

        await rules.RemoveAsync(Ada, Assert.Single(await rules.ReadAsync(Cancellation)).Id, Cancellation);

        Assert.True((await studio.TrySubmitAsync(TestRequests.FoxOf(Fay))).TryGet(out _, out _));
        Assert.Equal(["rule.remove", "rule.add"], (await studio.Get<AuditLog>().ReadAsync(0, 10, Cancellation)).Select(entry => entry.Action));
    }

    [Theory]
    [InlineData(SafetyRuleKinds.Picture, "a fox", null)]
    [InlineData(SafetyRuleKinds.Picture, "a fox", 1.5)]
    [InlineData(SafetyRuleKinds.Pattern, "(", null)]
    [InlineData("other", "a fox", null)]
    [InlineData(SafetyRuleKinds.Words, "", null)]
    public async Task Rule_ThatCannotBeApplied_IsNotTaken(string kind, string text, double? threshold)
    {
        using var folder = new TemporaryFolder();
        await using var studio = await new Studio(folder.Path).PrepareAsync();

        Assert.IsType<InvalidInput>((await studio.Get<ISafetyRules>().AddAsync(Ada, new NewSafetyRule(kind, text, "no", threshold), Cancellation)).Refusal);
    }

    private static NewSafetyRule PictureRule(double threshold) => new(SafetyRuleKinds.Picture, "a fox", "no foxes", threshold);

    private static async Task AddAsync(Studio studio, NewSafetyRule rule) => Assert.Null((await studio.Get<ISafetyRules>().AddAsync(Ada, rule, Cancellation)).Refusal);

    private static bool Shows(ConditioningInput input, uint seed) =>
        input is ImageInput { Picture: var picture } && picture.Rgb.Span.SequenceEqual(FakeEngine.Picture(seed).ToRgbBytes());

    private static async Task<List<PreviewFrame>> WatchAsync(Studio studio, Guid jobId)
    {
        var frames = new List<PreviewFrame>();
        await foreach (var frame in studio.Get<IPreviewBus>().WatchAsync(jobId, Cancellation))
        {
            frames.Add(frame);
        }

        return frames;
    }
}
