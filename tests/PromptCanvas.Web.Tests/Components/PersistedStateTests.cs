using System.Text.RegularExpressions;
using Microsoft.AspNetCore.SignalR.Client;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Components;

/// <summary>What a full page passes to its circuit is a message that the circuit takes.</summary>
public sealed partial class PersistedStateTests(Studio studio) : IClassFixture<Studio>
{
    private const int Runs = 12;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a red cube on a blue sphere")]
    [InlineData("長")]
    public async Task Create_WithAFullHistory_StartsItsCircuit(string word)
    {
        var person = await studio.PersonAsync($"history-{word.Length}@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(person);
        var prompt = string.Concat(Enumerable.Repeat(word, word.Length > 1 ? 1 : 900));
        for (var run = 0; run < Runs; run++)
        {
            await client.MakeAsync(new { kind = "generate", prompt, count = 10, size = 64 });
        }

        using var browser = studio.Browser(person.Cookie);
        var page = await browser.GetStringAsync("/", Cancellation);
        var state = StateOf().Match(page).Groups[1].Value;

        Assert.NotEmpty(state);
        var (line, circuit) = await CircuitLine.OpenAsync(studio, person.Cookie, Cancellation, state);
        await using (line)
        {
            Assert.NotEmpty(circuit);
            Assert.Equal(HubConnectionState.Connected, line.State);
        }
    }

    [GeneratedRegex("<!--Blazor-Server-Component-State:([^>]*?)-->")]
    private static partial Regex StateOf();
}
