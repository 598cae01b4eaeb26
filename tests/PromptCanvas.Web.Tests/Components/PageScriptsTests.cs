using System.Diagnostics.CodeAnalysis;
using Microsoft.JSInterop;
using PromptCanvas.Web.Components;

namespace PromptCanvas.Web.Tests.Components;

/// <summary>A component that is disposed must not end its circuit, whatever has become of its page.</summary>
public sealed class PageScriptsTests
{
    public static TheoryData<Exception> Gone { get; } =
        [new JSDisconnectedException("gone"), new TaskCanceledException(), new ObjectDisposedException(nameof(IJSObjectReference))];

    [Theory]
    [MemberData(nameof(Gone))]
    public async Task End_OfAScriptWhosePageHasGone_IsQuiet(Exception fault) => await new Script(fault).EndAsync();

    [Fact]
    public async Task End_OfAScriptThatFails_Fails() =>
        await Assert.ThrowsAsync<JSException>(async () => await new Script(new JSException("a fault of the script")).EndAsync());

    private sealed class Script(Exception fault) : IJSObjectReference
    {
        public ValueTask<TValue> InvokeAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TValue>(string identifier, object?[]? args) => throw fault;

        public ValueTask<TValue> InvokeAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TValue>(
            string identifier, CancellationToken cancellationToken, object?[]? args) => throw fault;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
