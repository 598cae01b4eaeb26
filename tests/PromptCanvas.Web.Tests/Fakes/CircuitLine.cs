using System.Buffers;
using System.Diagnostics.CodeAnalysis;

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>A Blazor circuit connection without a browser, over MessagePack (Blazor names its variant "blazorpack").</summary>
internal static class CircuitLine
{
    /// <summary>Opens a connection with a person's session and starts a circuit on it.</summary>
    /// <param name="state">What a prerendered page passes to the circuit.</param>
    /// <returns>The connection, and the circuit's secret id.</returns>
    public static async Task<(HubConnection Line, string Circuit)> OpenAsync(Studio studio, string cookie, CancellationToken cancellationToken, string state = "")
    {
        var line = await ConnectAsync(studio, cookie, cancellationToken);
        return (line, await StartAsync(line, studio.Server.BaseAddress, state, cancellationToken));
    }

    /// <summary>The same at a server in another process.</summary>
    public static async Task<HubConnection> OpenAsync(Uri address, string cookie, CancellationToken cancellationToken)
    {
        var line = await ConnectAsync(address, cookie, handler: null, cancellationToken);
        await StartAsync(line, address, state: "", cancellationToken);
        return line;
    }

    /// <summary>Opens a connection and resumes a circuit on it whose own connection is gone.</summary>
    /// <returns>The connection, and the new circuit's secret id; null if its state is gone.</returns>
    public static async Task<(HubConnection Line, string? Circuit)> ResumeAsync(Studio studio, string cookie, string circuit, CancellationToken cancellationToken)
    {
        var line = await ConnectAsync(studio, cookie, cancellationToken);
        var address = studio.Server.BaseAddress.ToString();
        return (line, await line.InvokeAsync<string?>("ResumeCircuit", circuit, address, $"{address}gallery", "[]", "", cancellationToken));
    }

    private static Task<string> StartAsync(HubConnection line, Uri address, string state, CancellationToken cancellationToken) =>
        line.InvokeAsync<string>("StartCircuit", address.ToString(), $"{address}gallery", "[]", state, cancellationToken);

    private static Task<HubConnection> ConnectAsync(Studio studio, string cookie, CancellationToken cancellationToken) =>
        ConnectAsync(studio.Server.BaseAddress, cookie, studio.Server.CreateHandler, cancellationToken);

    private static async Task<HubConnection> ConnectAsync(Uri address, string cookie, Func<HttpMessageHandler>? handler, CancellationToken cancellationToken)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(address, "_blazor"), options =>
        {
            if (handler is not null)
            {
                options.HttpMessageHandlerFactory = _ => handler();
            }

            options.Headers["Cookie"] = cookie;
        });
        builder.Services.AddSingleton<IHubProtocol>(new BlazorPack());
        var line = builder.Build();
        await line.StartAsync(cancellationToken);
        return line;
    }

    private sealed class BlazorPack : IHubProtocol
    {
        private readonly MessagePackHubProtocol inner = new();

        public string Name => "blazorpack";

        public int Version => 1;

        public TransferFormat TransferFormat => TransferFormat.Binary;

        public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => inner.GetMessageBytes(message);

        public bool IsVersionSupported(int version) => version == Version;

        public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message) =>
            inner.TryParseMessage(ref input, binder, out message);

        public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => inner.WriteMessage(message, output);
    }
}
