using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.Hosting;

/// <summary>Startup faults that the operator can fix: one sentence with the cause and the fix.</summary>
internal static class StartupFault
{
    /// <returns>The sentence; null for an internal fault, which keeps its stack trace.</returns>
    public static string? Explain(Exception fault, IConfiguration configuration)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (Sentence(cause, configuration) is { } sentence)
            {
                return sentence;
            }
        }

        return null;
    }

    private static string? Sentence(Exception cause, IConfiguration configuration) => cause switch
    {
        AddressInUseException =>
            $"PromptCanvas cannot listen on {configuration["Urls"]}: another program uses that port. Stop it, or start with --urls http://localhost:5081.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            $"PromptCanvas is not permitted to listen on {configuration["Urls"]}: ports below 1024 require root privileges. Start with --urls http://localhost:5080.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            $"PromptCanvas cannot listen on {configuration["Urls"]}: this machine has no such address. Start with --urls http://localhost:5080.",
        OptionsValidationException invalid =>
            $"PromptCanvas cannot start with these settings: {string.Join(' ', invalid.Failures)} Correct appsettings.json or the environment.",
        StartupException known => known.Message,
        _ => null,
    };
}
