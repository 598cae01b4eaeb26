using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Accepts the names of time zones that this machine knows: UTC, Europe/Berlin, Asia/Shanghai.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeZoneIdAttribute : ValidationAttribute
{
    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is string name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);

    /// <inheritdoc/>
    public override string FormatErrorMessage(string name) => $"{name} is not a time zone that this machine knows; give a name such as UTC, Europe/Berlin or Asia/Shanghai.";
}
