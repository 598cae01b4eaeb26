using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>Settings <c>Metrics:Token</c> and <c>Metrics:Networks</c>.</summary>
public sealed class MetricsAccessTests
{
    private const string Token = "a token of many characters";

    [Theory]
    [InlineData(Token, true)]
    [InlineData("another token of many characters", false)]
    [InlineData("", false)]
    public void Allows_Token_OnlyTheWholeOne(string given, bool expected)
    {
        var access = Access(new() { ["Metrics:Token"] = Token });

        Assert.Equal(expected, access.Allows(Request("203.0.113.9", authorization: $"Bearer {given}")));
        Assert.False(access.Allows(Request("203.0.113.9")));
    }

    [Fact]
    public void Allows_NoTokenSet_AnEmptyOneDoesNotFit() =>
        Assert.False(Access([]).Allows(Request("203.0.113.9", authorization: "Bearer ")));

    [Fact]
    public void Allows_TokenInAFile_IsReadWithoutItsLineEnd()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Token + "\n");

            Assert.True(Access(new() { ["Metrics:Token_FILE"] = file }).Allows(Request("203.0.113.9", authorization: $"Bearer {Token}")));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("192.0.2.7", true)]
    [InlineData("192.0.2.8", false)]
    [InlineData("fd00::7", true)]
    [InlineData("fe80::7", false)]
    [InlineData("203.0.113.9", false)]
    public void Allows_Networks_TheirAddressesOnly(string address, bool expected) =>
        Assert.Equal(expected, Access(new() { ["Metrics:Networks"] = "10.0.0.0/8, 192.0.2.7,fd00::/8" }).Allows(Request(address)));

    [Fact]
    public void Allows_NetworkThroughAProxy_Not()
    {
        var request = Request("10.1.2.3");
        request.Request.Headers["X-Forwarded-For"] = "203.0.113.9";

        Assert.False(Access(new() { ["Metrics:Networks"] = "10.0.0.0/8" }).Allows(request));
    }

    [Theory]
    [InlineData("Metrics:Token", "too short", "Metrics:Token")]
    [InlineData("Metrics:Networks", "10.0.0.0/8,here", "here")]
    [InlineData("Metrics:Token_FILE", "/nowhere/token", "/nowhere/token")]
    public void Settings_ThatCannotBeUsed_StopTheStart(string key, string value, string named)
    {
        var fault = Assert.Throws<StartupException>(() => Access(new() { [key] = value }));

        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    private static MetricsAccess Access(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return new MetricsAccess(configuration, Options.Create(new MetricsOptions { Networks = settings.GetValueOrDefault("Metrics:Networks") ?? "" }));
    }

    private static DefaultHttpContext Request(string address, string? authorization = null)
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new HostString("studio.example");
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        context.Request.Headers.Authorization = authorization;
        return context;
    }
}
