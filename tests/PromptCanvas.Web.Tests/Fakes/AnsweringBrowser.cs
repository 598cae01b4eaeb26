using Microsoft.JSInterop;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>A browser and its scripts: records every call and answers it with itself.</summary>
/// <param name="during">What happens between a call and its answer; its argument is the function's name.</param>
internal sealed class AnsweringBrowser(Func<string, Task> during) : IJSRuntime, IJSObjectReference
{
    public List<string> Calls { get; } = [];

    public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
    {
        Calls.Add(identifier);
        await during(identifier);
        return this is TValue value ? value : default!;
    }

    public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);

    public ValueTask DisposeAsync()
    {
        Calls.Add("dispose");
        return ValueTask.CompletedTask;
    }
}
