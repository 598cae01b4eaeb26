using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

using PromptCanvas.Web.Features.Blend;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Tests.Features.Blend;

public sealed class BlendWordsTests
{
    private static readonly IStringLocalizer<Texts> Words = new ServiceCollection()
        .AddLocalization().AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
        .BuildServiceProvider().GetRequiredService<IStringLocalizer<Texts>>();

    [Theory]
    [InlineData(new[] { 1.0, 0.0 }, "Only cube")]
    [InlineData(new[] { 0.5, 0.5 }, "Equal parts: cube, cone")]
    [InlineData(new[] { 0.2, 0.8 }, "Mostly cone, some cube")]
    [InlineData(new[] { 0.9, 0.1 }, "Mostly cube, a trace of cone")]
    [InlineData(new[] { 0.2, 0.5, 0.3 }, "More of cone, some star, some cube")]
    [InlineData(new[] { 0.25, 0.25, 0.25, 0.25 }, "Equal parts: cube, cone, star, ring")]
    public void Say_AMixture_NamesTheMostFirst(double[] weights, string expected) =>
        Assert.Equal(expected, BlendWords.Say([.. new[] { "cube", "cone", "star", "ring" }.Take(weights.Length)], weights, Words));

    [Theory]
    [InlineData("p.5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d001")]
    [InlineData("u.5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d001")]
    [InlineData("t.a red cube")]
    public void Parse_ACodeOfACorner_GivesItBack(string code) => Assert.Equal(code, Corner.Parse(code)?.Code);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("t. ")]
    [InlineData("p.nothing")]
    [InlineData("x.5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d001")]
    public void Parse_WhatIsNone_IsNull(string? code) => Assert.Null(Corner.Parse(code));
}
