using System.Globalization;
using System.Text.Json;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary>The recipes on the shipped model: they not only run, but have the intended effect.</summary>
public sealed class StarterCommandTests : IDisposable
{
    private const string Prompt = "a red cube on top of a blue cube";

    private readonly TemporaryFolder folder = new();

    public StarterCommandTests() => Assert.SkipUnless(Directory.Exists(CommandLine.Starter), "This checkout has no models/starter yet.");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Describe_ADrawnPicture_NamesWhatItWasDrawnFrom()
    {
        var picture = Assert.Single(await DrawAsync("a yellow star", 1));
        await File.WriteAllLinesAsync(
            folder.File("captions"), ["a red cube", "a yellow star", "a yellow ring", "a blue star", "two yellow stars"], TestContext.Current.CancellationToken);

        var outcome = await CommandLine.RunAsync("describe", picture, "--candidates", folder.File("captions"), "--top", "1", "--json", "--model", CommandLine.Starter);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("a yellow star", Assert.Single(Lines(outcome)).GetProperty("caption").GetString());
    }

    [Fact]
    public async Task Embed_PictureAndPhrases_LieTogetherWhenTheyMeanTheSame()
    {
        var picture = await EmbedAsync("image", Assert.Single(await DrawAsync("a green heart", 1)));

        Assert.True(Cosine(picture, await EmbedAsync("text", "a green heart")) > Cosine(picture, await EmbedAsync("text", "a red cylinder")) + 0.2);
    }

    [Fact]
    public async Task Rerank_OfSix_KeepsTheTwoThatFitBest()
    {
        var all = Scores(await GenerateAsync(Prompt, 6, "--rerank", "6"));

        var kept = Scores(await GenerateAsync(Prompt, 2, "--rerank", "6"));

        Assert.Equal(6, all.Count);
        Assert.Equal(all.OrderByDescending(score => score.Value).Take(2).Select(score => score.Key).Order(), kept.Keys.Order());
    }

    [Fact]
    public async Task PriorCandidates_TheOneCloserToTheText_DrawsOtherPictures()
    {
        var one = await DrawAsync(Prompt, 4);
        var ofFour = Lines(await GenerateAsync(Prompt, 4, "--prior-candidates", "4"));

        Assert.All(ofFour, line => Assert.Equal(4, line.GetProperty("recipe").GetProperty("priorCandidates").GetInt32()));
        Assert.Contains(Enumerable.Range(0, 4), index => !File.ReadAllBytes(one[index]).AsSpan().SequenceEqual(File.ReadAllBytes(FileOf(ofFour[index]))));
    }

    [Fact]
    public async Task NegativePrompt_OfAColour_DrawsLessOfIt()
    {
        var free = await DrawAsync("a cube", 8);
        var before = free.Sum(Brown);
        var kept = Lines(await GenerateAsync("a cube", 8, "--negative", "a brown cube")).Sum(line => Brown(FileOf(line)));

        // Without a colour in the prompt this model usually draws a brown cube.
        Assert.True(before > 500, $"Of eight cubes only {before} pixels are brown; take other words.");
        Assert.True(kept < before / 4, $"Brown pixels: {before} without, {kept} with the negative prompt.");
    }

    [Fact]
    public async Task Prior_EachWay_GivesWhatItAdds()
    {
        var text = await EmbedAsync("text", Prompt);
        var fits = new Dictionary<string, double>();
        foreach (var way in new[] { "none", "text-embedding", "autoregressive", "diffusion" })
        {
            var similarity = 0.0;
            foreach (var line in Lines(await GenerateAsync(Prompt, 4, "--prior", way)))
            {
                similarity += Cosine(text, await EmbedAsync("image", FileOf(line))) / 4;
            }

            fits[way] = similarity;
        }

        // Without an image embedding this decoder hardly follows the prompt; the other kinds of conditioning provide one.
        Assert.All(fits.Where(way => way.Key != "none"), way => Assert.True(way.Value > fits["none"] + 0.1, $"{way.Key}: {way.Value}, none: {fits["none"]}"));
    }

    private static string FileOf(JsonElement line) => line.GetProperty("file").GetString()!;

    private static List<JsonElement> Lines(Outcome outcome) =>
        [.. outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static Dictionary<string, double> Scores(Outcome outcome) => outcome.Error.Split('\n')
        .Where(line => line.Contains(": CLIP ", StringComparison.Ordinal))
        .Select(line => line.Split(": CLIP "))
        .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));

    private static double Cosine(float[] first, float[] second) =>
        first.Zip(second, (a, b) => (double)a * b).Sum() / Math.Sqrt(first.Sum(a => (double)a * a) * second.Sum(b => (double)b * b));

    // Pixels with much more red than blue, and green between them.
    private static int Brown(string file)
    {
        var bytes = PictureDecoder.Decode(File.ReadAllBytes(file)).Bytes.Span;
        var brown = 0;
        for (var at = 0; at < bytes.Length; at += 3)
        {
            brown += bytes[at] > 90 && bytes[at] - bytes[at + 2] > 40 && bytes[at] - bytes[at + 1] > 15 ? 1 : 0;
        }

        return brown;
    }

    private static async Task<float[]> EmbedAsync(string kind, string input)
    {
        var outcome = await CommandLine.RunAsync("embed", kind, input, "--model", CommandLine.Starter);
        Assert.Equal(0, outcome.ExitCode);
        return [.. Assert.Single(Lines(outcome)).GetProperty("values").EnumerateArray().Select(value => value.GetSingle())];
    }

    private async Task<List<string>> DrawAsync(string prompt, int count) => [.. Lines(await GenerateAsync(prompt, count)).Select(FileOf)];

    private async Task<Outcome> GenerateAsync(string prompt, int count, params string[] more)
    {
        string[] all =
        [
            "generate", prompt, "-n", $"{count}", "--size", "64", "--seed", "11", "--json", "--model", CommandLine.Starter,
            "--out", folder.File(Guid.NewGuid().ToString("N")), .. more,
        ];
        var outcome = await CommandLine.RunAsync(all);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        return outcome;
    }
}
