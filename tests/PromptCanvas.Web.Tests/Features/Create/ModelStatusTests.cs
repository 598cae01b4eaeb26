using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Web.Features.Create;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Create;

/// <summary>The default model is opened at startup.</summary>
public sealed class ModelStatusTests
{
    [Theory]
    [InlineData(null, "a cube")]
    [InlineData("It draws from pictures only.", null)]
    public async Task Start_DrawsTheTrialPictureThatTheModelCanMake(string? refusal, string? expected)
    {
        await using var studio = new Studio();
        (studio.Engine.Refusal, studio.Engine.ReadsWords) = (refusal, 1);
        var status = studio.Services.GetRequiredService<IModelStatus>();

        // It reads prompts as soon as its model is open, which is after the trial picture.
        while (status.UnreadPart(model: null, "one two") != "two")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }

        Assert.Equal(expected, studio.Engine.Latest?.Prompt);
        Assert.Null(status.Problem);
    }
}
