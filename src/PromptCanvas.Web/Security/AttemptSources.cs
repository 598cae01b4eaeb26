using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using PromptCanvas.Data.Identity;
using IPNetwork = System.Net.IPNetwork;

namespace PromptCanvas.Web.Security;

/// <summary>Identifies the source of a sign-in attempt: a device that signed in to the account before, by its signed cookie, or a range of addresses.</summary>
internal sealed class AttemptSources(IDataProtectionProvider protection, TimeProvider clock)
{
    private const string CookieName = "promptcanvas-device";
    private const int Ipv4Range = 24;
    private const int Ipv6Range = 64;
    private const int DeviceIdBytes = 16;

    // Several people may share a browser.
    private const int MostAccounts = 5;

    private static readonly TimeSpan Life = TimeSpan.FromDays(180);

    private readonly IDataProtector protector = protection.CreateProtector("PromptCanvas.KnownDevice");
    private readonly HostCookies cookies = new();

    public AttemptSource Of(HttpContext context, Guid personId)
    {
        var device = Read(context);
        return device is not null && device.Accounts.TryGetValue(personId, out var until) && until > clock.GetUtcNow()
            ? new AttemptSource($"device {device.Id}", IsKnownDevice: true)
            : new AttemptSource(RangeOf(context.Connection.RemoteIpAddress), IsKnownDevice: false);
    }

    /// <summary>Marks the browser as a known device of the account, after a successful sign-in.</summary>
    public void Remember(HttpContext context, Guid personId)
    {
        var now = clock.GetUtcNow();
        var device = Read(context) ?? new Device(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(DeviceIdBytes)), []);
        var accounts = device.Accounts.Where(account => account.Key != personId && account.Value > now)
            .OrderByDescending(account => account.Value).Take(MostAccounts - 1).Append(KeyValuePair.Create(personId, now + Life)).ToDictionary();
        var text = protector.Protect(JsonSerializer.Serialize(device with { Accounts = accounts }));
        cookies.AppendResponseCookie(context, CookieName, text, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            Path = context.Request.PathBase.HasValue ? context.Request.PathBase.Value : "/",
            MaxAge = Life,
            IsEssential = true,
        });
    }

    /// <summary>The /24 network of an IPv4 address, the /64 network of an IPv6 address: the range that one subscriber usually controls.</summary>
    internal static string RangeOf(IPAddress? address)
    {
        if (address is null)
        {
            return "local";
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());
        var length = plain.AddressFamily == AddressFamily.InterNetwork ? Ipv4Range : Ipv6Range;
        var bytes = plain.GetAddressBytes();
        bytes.AsSpan(length / 8).Clear();
        return new IPNetwork(new IPAddress(bytes), length).ToString();
    }

    private Device? Read(HttpContext context)
    {
        if (cookies.GetRequestCookie(context, CookieName) is not { Length: > 0 } text)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<Device>(protector.Unprotect(text));
        }
        catch (Exception fault) when (fault is CryptographicException or JsonException)
        {
            // A cookie of another installation or application.
            return null;
        }
    }

    /// <param name="Accounts">End of trust by person.</param>
    private sealed record Device(string Id, Dictionary<Guid, DateTimeOffset> Accounts);
}
