using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using IPNetwork = System.Net.IPNetwork;

namespace PromptCanvas.Web.Security;

/// <summary>Decides which programs may read <c>/metrics</c> without an account.</summary>
internal sealed class MetricsAccess
{
    private const string TokenKey = $"{MetricsOptions.Section}:{nameof(MetricsOptions.Token)}";
    private const string NetworksKey = $"{MetricsOptions.Section}:{nameof(MetricsOptions.Networks)}";
    private const string Bearer = "Bearer ";

    // Long enough to prevent guessing over a network.
    private const int ShortestToken = 16;

    // Headers that proxies add. An unlisted proxy hides the client's address, and its clients must not count as requests from its machine.
    private static readonly string[] ProxyHeaders = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"];

    private readonly byte[]? token;
    private readonly IReadOnlyList<IPNetwork> networks;

    /// <exception cref="StartupException">A setting cannot be used.</exception>
    public MetricsAccess(IConfiguration configuration, IOptions<MetricsOptions> options)
    {
        var text = SecretSetting.Read(configuration, TokenKey) ?? "";
        if (text.Length is > 0 and < ShortestToken)
        {
            throw new StartupException($"Setting {TokenKey}: give at least {ShortestToken} characters.");
        }

        token = text.Length > 0 ? Encoding.UTF8.GetBytes(text) : null;
        networks = [.. options.Value.Networks.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];
    }

    public bool Allows(HttpContext context) => HasToken(context.Request) || (!CameThroughProxy(context) && (IsOfThisMachine(context) || IsListed(context)));

    private static IPNetwork Parse(string entry) =>
        IPNetwork.TryParse(entry, out var network) ? network
        : IPAddress.TryParse(entry, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new StartupException($"Setting {NetworksKey}: {entry} is neither an address nor a network such as 10.0.0.0/8.");

    private static bool CameThroughProxy(HttpContext context) => Array.Exists(ProxyHeaders, context.Request.Headers.ContainsKey);

    // Check the Host header against DNS rebinding: a page of another site whose name resolves to this machine could otherwise read the metrics.
    private static bool IsOfThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && LoopbackHost.Is(context.Request.Host);

    private bool HasToken(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return token is not null && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header[Bearer.Length..].Trim()), token);
    }

    // A dual-stack socket shows IPv4 addresses mapped into IPv6.
    private bool IsListed(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) is var plain && networks.Any(network => network.Contains(plain));
}
