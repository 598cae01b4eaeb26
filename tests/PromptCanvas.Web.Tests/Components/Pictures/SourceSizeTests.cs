using PromptCanvas.Web.Components.Pictures;

namespace PromptCanvas.Web.Tests.Components.Pictures;

public sealed class SourceSizeTests
{
    [Theory]
    [InlineData(64, 64)]
    [InlineData(65, 256)]
    [InlineData(256, 256)]
    [InlineData(500, 512)]
    [InlineData(1024, 1024)]
    [InlineData(3000, 1024)]
    public void Like_ASource_IsTheSmallestSizeThatLosesNothing(int side, int size) => Assert.Equal(size, SourceSize.Like(side));
}
