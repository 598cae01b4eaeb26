using System.Globalization;

namespace PromptCanvas.Generation.Library;

/// <summary>A position in the gallery that stays valid while pictures are added.</summary>
internal sealed record GalleryCursor(DateTimeOffset CreatedAt, Guid Id)
{
    /// <summary>Null if the text is not a cursor.</summary>
    public static GalleryCursor? Parse(string text)
    {
        var separator = text.IndexOf('-', StringComparison.Ordinal);
        return separator > 0
            && long.TryParse(text.AsSpan(0, separator), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ticks)
            && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
            && Guid.TryParseExact(text.AsSpan(separator + 1), "N", out var id)
            ? new GalleryCursor(new DateTimeOffset(ticks, TimeSpan.Zero), id)
            : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{CreatedAt.UtcTicks:x}-{Id:N}");
}
