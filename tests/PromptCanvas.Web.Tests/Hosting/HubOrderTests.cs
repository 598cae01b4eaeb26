using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PromptCanvas.Web.Features.Previews;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Hosting;

public sealed class HubOrderTests(Studio studio) : IClassFixture<Studio>
{
    /// <summary>Blazor writes the pieces of an uploaded file, and applies what a person types, in the order of the messages.</summary>
    [Fact]
    public void MessagesOfAPage_AreHandledOneAfterTheOther()
    {
        var circuits = typeof(Circuit).Assembly.GetType("Microsoft.AspNetCore.Components.Server.ComponentHub", throwOnError: true)!;

        Assert.Equal(1, ParallelOf(circuits));
        Assert.True(ParallelOf(typeof(GenerationHub)) > 1);
    }

    private int ParallelOf(Type hub)
    {
        var options = typeof(HubOptions<>).MakeGenericType(hub);
        var values = studio.Services.GetRequiredService(typeof(IOptions<>).MakeGenericType(options));
        return ((HubOptions)values.GetType().GetProperty("Value")!.GetValue(values)!).MaximumParallelInvocationsPerClient;
    }
}
