using PromptCanvas.Diffusion.Randomness;
using PromptCanvas.Diffusion.Tokenization;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Tests.Bias;

/// <summary>The measuring of an audit, in cases with a known answer.</summary>
public sealed class MeasuringTests
{
    private const double Threshold = 0.6;

    private static readonly BiasAttribute Colour = new("colour", [new("red", ["a red {thing}"]), new("blue", ["a blue {thing}"])]);

    [Fact]
    public void CaptionsFor_PutsThePromptIntoItsPlaces()
    {
        var value = new BiasValue("beach", ["a red {thing}", "{prompt} on a beach", "sand"]);

        Assert.Equal(["a red sphere", "a sphere on a beach", "sand"], value.CaptionsFor("a sphere"));
        Assert.Equal(["a red open door", "An open door on a beach", "sand"], value.CaptionsFor("An open door"));
        Assert.Equal(["a red antlers", "antlers on a beach", "sand"], value.CaptionsFor("antlers"));
    }

    [Fact]
    public void Classify_IsTheSoftmaxOfScaledCosines()
    {
        // Cosines 0.28 and 0.27: e^(100·0.01) : 1.
        float[] first = [0.28f, MathF.Sqrt(1 - (0.28f * 0.28f))];
        float[] second = [0.27f, MathF.Sqrt(1 - (0.27f * 0.27f))];

        var probabilities = ZeroShot.Classify([3, 0], [first, second]);

        Assert.Equal(Math.E / (1 + Math.E), probabilities[0], 1e-5);
        Assert.Equal(1, probabilities.Sum(), 1e-12);
    }

    [Fact]
    public void Classify_WithoutADifference_IsUncertain()
    {
        var probabilities = ZeroShot.Classify([1, 1], [[1, 0], [0, 5]]);

        Assert.Equal([0.5, 0.5], probabilities);
        Assert.Null(ZeroShot.Decide(probabilities, Threshold));
        Assert.Equal(1, ZeroShot.Decide([0.4, 0.6], Threshold));
    }

    [Fact]
    public void Ensemble_IsTheMeanDirection_WhateverTheLengths() => Assert.Equal([0.5f, 0.5f], ZeroShot.Ensemble([[4, 0], [0, 0.1f]]));

    /// <summary>Values of the literature: Newcombe (1998), tables I and II.</summary>
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Wilson_GivesThePublishedIntervals(int hits, int trials, double low, double high)
    {
        var interval = Interval.Wilson(hits, trials);

        Assert.Equal(low, interval.Low, 0.00005);
        Assert.Equal(high, interval.High, 0.00005);
    }

    [Fact]
    public void OfDifference_GivesThePublishedInterval()
    {
        // Newcombe (1998), table II (a): 56/70 − 48/80.
        var interval = Interval.OfDifference((48.0 / 80, Interval.Wilson(48, 80)), (56.0 / 70, Interval.Wilson(56, 70)));

        Assert.Equal(0.0524, interval.Low, 0.00005);
        Assert.Equal(0.3339, interval.High, 0.00005);
    }

    [Fact]
    public void Of_CountsCertainPictures_AndReportsTheUncertain()
    {
        double[][] pictures = [[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.5, 0.5]];

        var shares = BiasShares.Of(Colour, BiasShares.Count(Colour, pictures, Threshold), null);

        Assert.Equal((4, 1, 0.25), (shares.Pictures, shares.Uncertain, shares.UncertainShare));
        Assert.Equal([("red", 2, 2.0 / 3), ("blue", 1, 1.0 / 3)], shares.Values.Select(value => (value.Name, value.Pictures, value.Share)));
        Assert.Null(shares.Values[0].Corrected);
    }

    [Fact]
    public void Of_NoPictures_KnowsNothing()
    {
        var readings = BiasShares.Count(Colour, [], Threshold);

        var shares = BiasShares.Of(Colour, readings, CorrectedShares.Of(Counted([[10, 0, 0], [0, 10, 0]]), readings, 0));

        Assert.All(shares.Values, value => Assert.Equal((0.0, new Interval(0, 1)), value.Best));
    }

    /// <summary>90 % of red is read as red, 20 % of blue too: 0.7 · 0.9 + 0.3 · 0.2 = 0.69 read as red.</summary>
    [Fact]
    public void Correct_UndoesTheConfusion()
    {
        var corrected = Counted([[90, 10, 0], [20, 80, 0]]).Correct([690, 310, 0]);

        Assert.NotNull(corrected);
        Assert.Equal(0.7, corrected[0], 1e-6);
        Assert.Equal(0.3, corrected[1], 1e-6);
    }

    /// <summary>Every second blue picture is uncertain: 40 blue readings and 40 uncertain ones are 80 blue pictures of 100.</summary>
    [Fact]
    public void Correct_CountsUncertainPictures()
    {
        var corrected = Counted([[10, 0, 0], [0, 5, 5]]).Correct([20, 40, 40]);

        Assert.Equal(0.2, corrected![0], 1e-6);
    }

    [Fact]
    public void Correct_ImpossibleReadings_StaysAShare()
    {
        // Fewer red readings than blue pictures alone would give: the inverse of the matrix gives a negative share.
        var corrected = Counted([[90, 10, 0], [20, 80, 0]]).Correct([5, 95, 0]);

        Assert.Equal(0, corrected![0], 1e-3);
        Assert.Equal(1, corrected.Sum(), 1e-9);
    }

    [Fact]
    public void Correct_ValueWithoutExample_IsNotDone()
    {
        var confusion = Counted([[10, 0, 0], [0, 0, 0]]);

        Assert.False(confusion.IsComplete);
        Assert.Null(confusion.Correct([5, 5, 0]));
        Assert.Null(CorrectedShares.Of(confusion, [5, 5, 0], 0));
    }

    [Fact]
    public void Intervals_HoldTheCorrectedShare_AndAreTheSameAgain()
    {
        var confusion = Counted([[90, 10, 0], [20, 80, 0]]);

        var intervals = Intervals(confusion, [690, 310, 0]);

        Assert.True(intervals[0].Contains(0.7) && intervals[0].Low > 0.5 && intervals[0].High < 0.9, intervals[0].ToString());
        Assert.Equal(intervals, Intervals(confusion, [690, 310, 0]));

        // More examples narrow it.
        var narrower = Intervals(Counted([[9000, 1000, 0], [2000, 8000, 0]]), [690, 310, 0]);
        Assert.True(narrower[0].High - narrower[0].Low < intervals[0].High - intervals[0].Low);
    }

    /// <summary>All of a few pictures were red, and all of a few examples were read rightly: that is not "certainly all".</summary>
    [Fact]
    public void Intervals_OfFewPictures_AreWide()
    {
        var interval = Intervals(Counted([[12, 0, 0], [0, 12, 0]]), [20, 0, 0])[0];

        Assert.InRange(interval.Low, 0.7, 0.95);
        Assert.Equal(1, interval.High, 1e-6);
    }

    /// <summary>The corrected interval holds the truth about as often as it says, with errors of the reading and few examples.</summary>
    [Fact]
    public void Intervals_CoverTheTruth()
    {
        const int studies = 60;
        const double truth = 0.7;
        var covered = Enumerable.Range(0, studies).Count(study =>
        {
            // Each red picture is read rightly with 0.9, each blue one with 0.8.
            var reads = Enumerable.Range(0, 100).Count(picture => Draw(study, picture, 0) < (Draw(study, picture, 1) < truth ? 0.9 : 0.2));
            var red = Enumerable.Range(0, 40).Count(example => Draw(study, example, 2) < 0.9);
            var blue = Enumerable.Range(0, 40).Count(example => Draw(study, example, 3) < 0.8);
            return Intervals(Counted([[red, 40 - red, 0], [40 - blue, blue, 0]]), [reads, 100 - reads, 0])[0].Contains(truth);
        });

        Assert.InRange((double)covered / studies, 0.85, 1);
    }

    /// <summary>Two prompts: 70 % red of 100 pictures that are read with errors, 10 % of 300 that are read rightly.</summary>
    [Fact]
    public void Together_IsTheMeanOfThePrompts_ByTheirPictures()
    {
        var first = CorrectedShares.Of(Counted([[90, 10, 0], [20, 80, 0]]), [69, 31, 0], 0)!;
        var second = CorrectedShares.Of(Counted([[100, 0, 0], [0, 100, 0]]), [30, 270, 0], 1)!;

        var all = CorrectedShares.Together([first, second]);

        Assert.Equal(0.25, all.Shares[0], 1e-6);
        Assert.Equal(1, all.Shares.Sum(), 1e-9);
        Assert.True(all.Intervals[0].Contains(0.25) && all.Intervals[0].Low > 0.15 && all.Intervals[0].High < 0.35, all.Intervals[0].ToString());
        Assert.Equal(CorrectedShares.Together([first]).Intervals, first.Intervals);
    }

    /// <summary>The errors of few examples do not average out over prompts, because all prompts are corrected by the same examples.</summary>
    [Fact]
    public void Together_ManyPromptsAndFewExamples_StaysAsUnsureAsTheExamples()
    {
        var examples = Counted([[8, 2, 0], [2, 8, 0]]);
        var prompts = Enumerable.Range(0, 10).Select(prompt => CorrectedShares.Of(examples, [500, 500, 0], (uint)prompt)!).ToList();

        var all = CorrectedShares.Together(prompts).Intervals[0];

        Assert.True(all.High - all.Low > 0.8 * (prompts[0].Intervals[0].High - prompts[0].Intervals[0].Low), all.ToString());
    }

    /// <summary>The interval of all prompts together holds the truth about as often as it says.</summary>
    [Fact]
    public void Together_CoversTheTruth()
    {
        const int studies = 60;
        double[] truths = [0.9, 0.3];
        var covered = Enumerable.Range(0, studies).Count(study =>
        {
            var red = Enumerable.Range(0, 40).Count(example => Draw(study, example, 2) < 0.9);
            var blue = Enumerable.Range(0, 40).Count(example => Draw(study, example, 3) < 0.8);
            var examples = Counted([[red, 40 - red, 0], [40 - blue, blue, 0]]);
            var parts = truths.Select((truth, prompt) =>
            {
                var reads = Enumerable.Range(0, 100).Count(picture => Draw(study, picture, 4 + (2 * (uint)prompt)) < (Draw(study, picture, 5 + (2 * (uint)prompt)) < truth ? 0.9 : 0.2));
                return CorrectedShares.Of(examples, [reads, 100 - reads, 0], (uint)prompt)!;
            });
            return CorrectedShares.Together([.. parts]).Intervals[0].Contains(truths.Average());
        });

        Assert.InRange((double)covered / studies, 0.85, 1);
    }

    /// <summary>A 95 % interval holds the truth in about 95 of 100 studies.</summary>
    [Theory]
    [InlineData(0.8)]
    [InlineData(0.5)]
    [InlineData(0.05)]
    public void Wilson_CoversTheTruth_AsOftenAsItSays(double truth)
    {
        const int studies = 1000;
        const int pictures = 60;
        var covered = Enumerable.Range(0, studies).Count(study => Interval.Wilson(Red(truth, (uint)study, pictures), pictures).Contains(truth));

        Assert.InRange((double)covered / studies, 0.92, 0.99);
    }

    [Fact]
    public void World_OfColoursAndThings_HasTheirAttributes()
    {
        var world = BiasWorld.Of(new ModelVocabulary(
            new NoTokens(), ["a red cube", "an orange cube", "a red sphere", "an orange sphere", "two red cubes", "a traffic light", "{} above {}", "{}, red background", "{} on a beach", "a pencil sketch of {}"]));

        Assert.Equal(["a cube", "a sphere", "a thing"], world.Prompts);
        Assert.Equal(["colour", "shape", "place", "style"], world.Attributes.Select(attribute => attribute.Name));
        Assert.Equal(["a red {thing}", "an orange {thing}"], world.Attributes[0].Values.SelectMany(value => value.Captions));
        Assert.Equal(["a red sphere", "an orange sphere"], world.Attributes[1].Values[1].Captions);
        Assert.Equal(["plain", "red background", "on a beach"], world.Attributes[2].Values.Select(value => value.Name));
        Assert.Equal([("plain", "{prompt}"), ("a pencil sketch", "a pencil sketch of {prompt}")], world.Attributes[3].Values.Select(value => (value.Name, value.Captions[0])));
    }

    [Fact]
    public void World_OfAModelWithoutCaptions_IsOfPeople()
    {
        Assert.Equal(["presentation", "skin tone", "surroundings", "style"], BiasWorld.Of(null).Attributes.Select(attribute => attribute.Name));
        Assert.Same(BiasWorld.People, BiasWorld.Of(new ModelVocabulary(new NoTokens(), [])));
        Assert.Same(BiasWorld.People, BiasWorld.Of(new ModelVocabulary(new NoTokens(), ["a dog", "a very long street"])));
    }

    [Fact]
    public void AttributeText_ReadsWhatItWrote()
    {
        var text = BiasAttributeText.Write(BiasWorld.People.Attributes);

        Assert.True(BiasAttributeText.Read(text).TryGet(out var attributes, out _));
        Assert.Equal(text, BiasAttributeText.Write(attributes));
        Assert.Contains("[skin tone]\nlighter: a photo of a person with light skin\n", text, StringComparison.Ordinal);
        Assert.Contains("feminine: a photo of a woman | {prompt}, a woman", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("red: a red thing")]
    [InlineData("[colour]\nred")]
    [InlineData("[colour]\n: a red thing")]
    public void AttributeText_Unreadable_IsRefusedWithTheLine(string text)
    {
        var refusal = Assert.IsType<InvalidInput>(BiasAttributeText.Read(text).Refusal);

        Assert.Contains(text.Split('\n')[^1], refusal.Message, StringComparison.Ordinal);
    }

    private static int Red(double share, uint study, int pictures) =>
        Enumerable.Range(0, pictures).Count(picture => Philox4x32.Generate(((uint)picture, study, 0, 0), (5, 0)).X0 < share * uint.MaxValue);

    private static double Draw(int study, int number, uint stream) => Philox4x32.Generate(((uint)number, (uint)study, stream, 0), (9, 0)).X0 / (double)uint.MaxValue;

    private static IReadOnlyList<Interval> Intervals(Confusion examples, int[] readings) => CorrectedShares.Of(examples, readings, 0)!.Intervals;

    private static Confusion Counted(int[][] rows)
    {
        var confusion = new Confusion(rows.Length);
        foreach (var (value, row) in rows.Index())
        {
            foreach (var (read, count) in row.Index())
            {
                for (var example = 0; example < count; example++)
                {
                    confusion.Add(value, read < rows.Length ? read : null);
                }
            }
        }

        return confusion;
    }

    private sealed class NoTokens : ITokenizer
    {
        public int Length => 0;

        public TokenSequence Encode(string text) => new([], [], 0, "");
    }
}
