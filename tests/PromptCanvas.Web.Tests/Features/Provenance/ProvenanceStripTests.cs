using Bunit;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Features.Provenance;

namespace PromptCanvas.Web.Tests.Features.Provenance;

/// <summary>The stages are numbered as they happened.</summary>
public sealed class ProvenanceStripTests : IDisposable
{
    private static readonly Guid Source = Guid.NewGuid();
    private readonly BunitContext page = new();

    public ProvenanceStripTests() => page.Services.AddLocalization();

    public void Dispose() => page.Dispose();

    [Theory]
    [InlineData(JobKinds.Vary, "")]
    [InlineData(JobKinds.Edit, "a green heart")]
    [InlineData(JobKinds.Blend, "a green heart")]
    [InlineData(JobKinds.TextDifference, "")]
    public void Stages_OfAPictureMadeFromAnother_BeginWithIt(string kind, string caption)
    {
        var strip = Render(kind, caption, [Source]);
        var stages = strip.FindAll("ol.stations > li");

        Assert.NotNull(stages[0].QuerySelector($".station-sources a[href='images/{Source}']"));
        Assert.Single(strip.FindAll(".station-sources"));
        Assert.Equal(["Starting point", .. caption.Length > 0 ? ["Caption"] : Array.Empty<string>(), "Image embedding", "64 pixels", "256 pixels", "1024 pixels"], stages.Select(stage => stage.QuerySelector("h3")!.TextContent));
    }

    [Fact]
    public void Stages_OfAPrompt_BeginWithIt_AndEndWithTheLargestPicture()
    {
        var stages = Render(JobKinds.Generate, "a cube", []).FindAll("ol.stations > li h3").Select(title => title.TextContent);

        Assert.Equal(["Caption", "Image embedding", "64 pixels", "256 pixels", "1024 pixels"], stages);
    }

    private IRenderedComponent<ProvenanceStrip> Render(string kind, string caption, IReadOnlyList<Guid> parents)
    {
        var picture = new PictureView(Guid.NewGuid(), Guid.NewGuid(), 0, caption, 1, "starter", 1024, 1024, DateTimeOffset.UnixEpoch) { Kind = kind, Parents = parents };
        var recipe = new EffectiveRecipe("starter", 1024, "diffusion", "ddim", 5, 1, "ddim", 12, 2.5, [4, 2]);
        return page.Render<ProvenanceStrip>(strip => strip.Add(it => it.Provenance, new ProvenanceView(picture, recipe, [], "", [], [1, 0], null) { Caption = caption }));
    }
}
