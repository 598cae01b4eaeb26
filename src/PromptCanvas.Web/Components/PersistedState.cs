using System.Text.Json;

namespace PromptCanvas.Web.Components;

/// <summary>What pages pass from prerendering to their circuit. It travels through the browser in one message, and a message that is too long ends the circuit.</summary>
internal static class PersistedState
{
    /// <summary>The longest message of a browser, in bytes. Encryption and Base64 make four bytes of three; a page has several states.</summary>
    public const int LongestMessage = 256 * 1024;

    private const int MostBytes = 48 * 1024;

    /// <summary>The value, or null if it is too large: then the circuit reads it again.</summary>
    public static T? IfSmall<T>(T value)
        where T : class => JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web).Length <= MostBytes ? value : null;
}
