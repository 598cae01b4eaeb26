using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Web.Features.Operations;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Operations;

/// <summary>What the models need, as measured and estimated.</summary>
public sealed class ModelsPageTests
{
    [Fact]
    public async Task Needs_OfEachModel_AreSaid()
    {
        await using var studio = new Studio { Change = services => services.AddSingleton<IModelInspection>(new TwoModels()) };

        var page = await studio.Browser(studio.Administrator.Cookie).GetStringAsync("/admin/models", TestContext.Current.CancellationToken);

        var (pixels, latents) = (page.IndexOf(TwoModels.Pixels, StringComparison.Ordinal), page.IndexOf(TwoModels.Latents, StringComparison.Ordinal));
        Assert.InRange(pixels, 0, latents);
        Assert.Contains("Needs at least 4,000 MB with its stages loaded in turn; this machine has 8,000 MB. Measured peak of the process: 6,000 MB at the first start.", page[latents..], StringComparison.Ordinal);
        Assert.Contains("A picture of 768 pixels needs about 7,000 MB (estimated).", page[latents..], StringComparison.Ordinal);
        Assert.DoesNotContain("(estimated)", page[pixels..latents], StringComparison.Ordinal);
        Assert.Contains("Its peak has not been measured here yet.", page[pixels..latents], StringComparison.Ordinal);
    }

    private sealed class TwoModels : IModelInspection
    {
        public const string Pixels = "draws-in-pixels";
        public const string Latents = "draws-in-latents";

        private static readonly NeedsFacts Plain = new(1_000_000_000, 2_000_000_000, 8_000_000_000, 4_000_000_000, null, null);

        public string Device => "CPU";

        public IReadOnlyList<ModelFacts> Inspect() =>
        [
            new ModelFacts(Pixels, false, null, [64, 256], [], Plain),
            new ModelFacts(Latents, false, null, [512, 768], [], Plain with { FirstStart = 6_000_000_000, LargestPicture = 7_000_000_000 }),
        ];
    }
}
