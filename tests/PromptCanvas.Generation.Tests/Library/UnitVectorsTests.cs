using System.Numerics.Tensors;
using PromptCanvas.Generation.Library;

namespace PromptCanvas.Generation.Tests.Library;

public sealed class UnitVectorsTests
{
    // More than one chunk.
    private const int Many = 10_000;

    /// <summary>Widths of whole registers, with a rest, and less than one register.</summary>
    [Theory]
    [InlineData(192)]
    [InlineData(100)]
    [InlineData(7)]
    public void Closest_OfMany_AreThoseOfAnExhaustiveSearchIn32Bits(int width)
    {
        var random = new Random(7);
        var all = Enumerable.Range(0, Many).ToDictionary(_ => Guid.NewGuid(), _ => VectorOf(random, width));
        var vectors = Add(all, width);
        var wanted = VectorOf(random, width);

        var found = vectors.Closest(Unit(wanted), 50);

        var expected = all.Select(pair => TensorPrimitives.CosineSimilarity(pair.Value, wanted)).OrderDescending().Take(50).ToList();
        Assert.Equal(50, found.Select(near => near.Id).Distinct().Count());
        foreach (var ((id, cosine), best) in found.Zip(expected))
        {
            Assert.Equal(best, cosine, 1e-3);
            Assert.Equal(TensorPrimitives.CosineSimilarity(all[id], wanted), cosine, 1e-3);
        }
    }

    /// <summary>Vectors that differ by a step of their high bytes: the low bytes decide.</summary>
    [Fact]
    public void Closest_OfNearlyEqualVectors_AreInTheOrderOfTheirLowBytes()
    {
        var random = new Random(11);
        var (middle, wanted) = (VectorOf(random, 192), VectorOf(random, 192));
        const float step = 0.5f / sbyte.MaxValue;
        var all = Enumerable.Range(0, Many).ToDictionary(_ => Guid.NewGuid(), _ => middle.Select(value => value + (step * (random.NextSingle() - 0.5f))).ToArray());

        var found = Add(all, 192).Closest(Unit([.. wanted]), 20);

        var expected = all.Select(pair => (double)TensorPrimitives.CosineSimilarity(pair.Value, wanted)).OrderDescending().ToList();
        Assert.True(expected[0] - expected[20] > 1e-4);
        Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second, pair.First.Cosine, 1e-5));
        Assert.All(found, near => Assert.Equal(TensorPrimitives.CosineSimilarity(all[near.Id], wanted), near.Cosine, 1e-5));
    }

    [Fact]
    public void Closest_MoreThanThereAre_AreAllInOrder()
    {
        var random = new Random(8);
        var all = Enumerable.Range(0, Many).ToDictionary(_ => Guid.NewGuid(), _ => VectorOf(random, 8));

        var found = Add(all, 8).Closest(Unit(VectorOf(random, 8)), int.MaxValue);

        Assert.Equal(all.Keys.Order(), found.Select(near => near.Id).Order());
        Assert.Equal(found.Select(near => near.Cosine).OrderDescending(), found.Select(near => near.Cosine));
    }

    [Fact]
    public void Remove_Some_FindsTheOthersAndFreesChunks()
    {
        var random = new Random(9);
        var all = Enumerable.Range(0, Many).ToDictionary(_ => Guid.NewGuid(), _ => VectorOf(random, 16));
        var vectors = Add(all, 16);
        var before = vectors.Bytes;

        vectors.Remove(all.Keys.Skip(100).ToHashSet());

        var left = all.Take(100).ToList();
        Assert.Equal((100, before / 2), (vectors.Count, vectors.Bytes));
        Assert.All(left, pair => Assert.Equal(pair.Key, vectors.Closest(Unit([.. pair.Value]), 1).Single().Id));
        vectors.Remove(vectors.Ids(0, vectors.Count).ToHashSet());
        Assert.Equal((0, 0), (vectors.Count, vectors.Bytes));
    }

    [Fact]
    public void Bytes_OfAMillionPicturesOfTheStarter_AreBelow500MB()
    {
        var vectors = new UnitVectors(192);
        vectors.Add(Guid.NewGuid(), VectorOf(new Random(1), 192));
        const int rowsOfAChunk = 8192;

        Assert.True(vectors.Bytes * Math.Ceiling(1e6 / rowsOfAChunk) < 500e6);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Add_WithoutADirection_IsRefused(float value)
    {
        var vectors = new UnitVectors(2);

        Assert.False(vectors.Add(Guid.NewGuid(), [value, 0]));
        Assert.False(vectors.Add(Guid.NewGuid(), [1, 0, 0]));
        Assert.Empty(vectors.Closest([1, 0], 1));
    }

    private static UnitVectors Add(Dictionary<Guid, float[]> all, int width)
    {
        var vectors = new UnitVectors(width);
        foreach (var (id, vector) in all)
        {
            Assert.True(vectors.Add(id, vector));
        }

        return vectors;
    }

    private static float[] VectorOf(Random random, int width) => [.. Enumerable.Range(0, width).Select(_ => random.NextSingle() - 0.5f)];

    private static float[] Unit(float[] vector)
    {
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), vector);
        return vector;
    }
}
