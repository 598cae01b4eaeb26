using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Tests.Storage;

public sealed class DecodedPicturesTests
{
    private readonly DecodedPictures kept = new(mostBytes: 10);

    [Fact]
    public void Keep_OverTheLimit_DropsTheOldest()
    {
        kept.Keep("a", "first", 6);
        kept.Keep("b", "second", 4);
        kept.Keep("c", "third", 5);

        Assert.Equal((null, "second", "third"), (kept.Find<string>("a"), kept.Find<string>("b"), kept.Find<string>("c")));
    }

    [Fact]
    public void Keep_LargerThanTheLimit_KeepsNothing()
    {
        kept.Keep("a", "large", 11);

        Assert.Null(kept.Find<string>("a"));
    }

    [Fact]
    public void Find_OtherForm_IsNotTheSame()
    {
        kept.Keep("a", "picture", 1);

        Assert.Null(kept.Find<int[]>("a"));
    }

    [Fact]
    public void Drop_SomeFiles_GivesTheirSpaceBack()
    {
        kept.Keep("a", "picture", 6);
        kept.Keep("a", new[] { 1 }, 4);

        kept.Drop(["a"]);
        kept.Keep("b", "next", 10);

        Assert.Equal((null, null, "next"), (kept.Find<string>("a"), kept.Find<int[]>("a"), kept.Find<string>("b")));
    }
}
