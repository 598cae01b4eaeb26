using PromptCanvas.Diffusion.Latents;
using PromptCanvas.Diffusion.Randomness;

namespace PromptCanvas.Diffusion.Tests.Latents;

public sealed class LatentColourFitTests
{
    private const int Channels = 4;
    private const int Cells = 4096;

    /// <summary>Red, green and blue: four weights and an offset each.</summary>
    private static readonly float[] Truth = [0.3f, -0.1f, 0.05f, 0.2f, 0.1f, 0.0f, 0.25f, -0.2f, 0.1f, -0.3f, 0.1f, 0.1f, 0.1f, -0.4f, 0.0f];

    [Fact]
    public void Solve_ColoursThatAreLinear_FindsTheMap()
    {
        var latent = Latent(seed: 1);
        var fit = new LatentColourFit(Channels);
        fit.Add(latent, Colours(latent));

        var map = fit.Solve();

        // The ridge takes a thousandth off the weights.
        Assert.All(Truth.Zip(map), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        Assert.True(fit.Explained(map, Latent(seed: 2), Colours(Latent(seed: 2))) > 0.9999);
    }

    [Fact]
    public void Explained_ColoursThatDoNotFollow_IsLittle()
    {
        var latent = Latent(seed: 1);
        var fit = new LatentColourFit(Channels);
        fit.Add(latent, Colours(Latent(seed: 3)));

        Assert.True(fit.Explained(fit.Solve(), Latent(seed: 2), Colours(Latent(seed: 2))) < 0.1);
    }

    [Fact]
    public void Solve_ChannelThatIsAlwaysZero_LeavesItOut()
    {
        var latent = Latent(seed: 1);
        latent.AsSpan(Cells, Cells).Clear();
        var fit = new LatentColourFit(Channels);
        fit.Add(latent, Colours(latent));

        var map = fit.Solve();

        Assert.Equal([0f, 0f, 0f], [map[1], map[6], map[11]]);
        Assert.All(map, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void ToGrey_OneDirectionStrongest_FollowsItInAllColoursAlike()
    {
        var latent = Latent(seed: 1);
        for (var cell = 0; cell < Cells; cell++)
        {
            latent[(2 * Cells) + cell] = (5 * latent[(2 * Cells) + cell]) + 1;
        }

        var fit = new LatentColourFit(Channels);
        fit.Add(latent, Colours(latent));

        var grey = fit.ToGrey(fit.Solve());

        var mean = (Truth[2] + Truth[7] + Truth[12]) / 3;
        Assert.Equal(grey[..5], grey[5..10]);
        Assert.Equal(grey[..5], grey[10..]);
        Assert.Equal(mean, grey[2], 0.01f);
        Assert.All(new[] { 0, 1, 3 }, channel => Assert.Equal(0, grey[channel], 0.02f));
    }

    [Fact]
    public void ToPicture_OfAMap_IsItsColoursClamped()
    {
        var colours = new LatentColours(Truth, Channels);
        float[] latent = [1, 10, 0, 0, 0, 0, 0, 0];

        var picture = colours.ToPicture(latent, 2, 1);

        Assert.Equal((2, 1), (picture.Width, picture.Height));
        Assert.Equal(Truth[0] + Truth[4], picture.Values[0], 1e-6f);
        Assert.Equal(1, picture.Values[1]);
        Assert.Equal(Truth[10] + Truth[14], picture.Values[4], 1e-6f);
    }

    [Fact]
    public void Create_EveryPicture_IsInRangeAndOfItsOwn()
    {
        var pictures = Enumerable.Range(0, ColourPictures.Count).Select(index => ColourPictures.Create(index, 32)).ToList();

        Assert.All(pictures.SelectMany(values => values), value => Assert.InRange(value, -1, 1));
        Assert.All(pictures, values => Assert.True(values.Max() - values.Min() > 0.5));
        Assert.Equal(ColourPictures.Count, pictures.Select(values => string.Join(',', values)).Distinct().Count());
    }

    private static float[] Latent(uint seed)
    {
        var values = new float[Channels * Cells];
        PhiloxNoise.Fill(values, seed, NoiseStage.Decoder, 0);
        return values;
    }

    private static float[] Colours(float[] latent)
    {
        var colours = new float[3 * Cells];
        for (var index = 0; index < colours.Length; index++)
        {
            var (colour, cell) = (index / Cells, index % Cells);
            colours[index] = Truth[(colour * 5) + 4];
            for (var channel = 0; channel < Channels; channel++)
            {
                colours[index] += Truth[(colour * 5) + channel] * latent[(channel * Cells) + cell];
            }
        }

        return colours;
    }
}
