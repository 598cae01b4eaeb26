namespace PromptCanvas.Web.Security;

/// <summary>Recognizes a Host header that names this machine.</summary>
internal static class LoopbackHost
{
    private static readonly string[] Names = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Whether the host, on any port, is this machine. A foreign name that resolves to this machine (DNS rebinding) is not.</summary>
    public static bool Is(HostString host) => Array.Exists(Names, name => string.Equals(name, host.Host, StringComparison.OrdinalIgnoreCase));
}
