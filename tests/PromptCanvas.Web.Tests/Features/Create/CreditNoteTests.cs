using Bunit;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Components;

namespace PromptCanvas.Web.Tests.Features.Create;

public sealed class CreditNoteTests : IDisposable
{
    private static readonly DateTimeOffset FirstOfDecember = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly BunitContext page = new();

    public CreditNoteTests() => page.Services.AddLocalization();

    public void Dispose() => page.Dispose();

    [Theory]
    [InlineData(4, 104, 200, "4 credits · 96 left · resets 1 Dec")]
    [InlineData(1, 199, 200, "1 credit · 1 left · resets 1 Dec")]
    public void Note_SaysCostRestAndRenewal(int cost, int used, int limit, string words) =>
        Assert.Equal(words, string.Join(' ', Render(cost, new QuotaView(used, limit, "2026-11", FirstOfDecember)).TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void Note_OfCreditsThatAreNeverRenewed_NamesNoDay() =>
        Assert.Equal("2 credits · 8 left", Render(2, new QuotaView(2, 10, "all", null)).TextContent.Trim());

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Note_OfMoreThanIsLeft_IsMarked(int cost, bool marked) =>
        Assert.Equal(marked, Render(cost, new QuotaView(8, 10, "all", null)).ClassList.Contains("credit-note-short"));

    private AngleSharp.Dom.IElement Render(int cost, QuotaView credits) =>
        page.Render<CreditNote>(note => note.Add(it => it.Cost, cost).Add(it => it.Credits, credits)).Find("[data-credits]");
}
