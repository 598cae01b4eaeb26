using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Settings;

namespace PromptCanvas.Generation.Tests.Settings;

public sealed class RuntimeSettingTests
{
    [Theory]
    [InlineData(nameof(QuotaOptions.DefaultCredits), " 300 ", "300")]
    [InlineData(nameof(QuotaOptions.DefaultCredits), "007", "7")]
    [InlineData(nameof(QuotaOptions.Period), "week", "Week")]
    [InlineData(nameof(QuotaOptions.TimeZone), "Europe/Berlin", "Europe/Berlin")]
    public void Read_Value_IsStoredInOneForm(string name, string text, string stored)
    {
        Assert.True(Quota(name).Read(text).TryGet(out var value, out var refusal), refusal?.Message);
        Assert.Equal(stored, value);
    }

    [Theory]
    [InlineData(nameof(QuotaOptions.DefaultCredits), "many", "Enter a whole number from 0 to 1000000.")]
    [InlineData(nameof(QuotaOptions.DefaultCredits), "", "Enter a whole number from 0 to 1000000.")]
    [InlineData(nameof(QuotaOptions.DefaultCredits), "-1", "Enter a whole number from 0 to 1000000.")]
    [InlineData(nameof(QuotaOptions.DefaultCredits), "1000001", "Enter a whole number from 0 to 1000000.")]
    [InlineData(nameof(QuotaOptions.Period), "2", "Choose one of Month, Week, Day, None.")]
    [InlineData(nameof(QuotaOptions.TimeZone), "Mars/Olympus", "Mars/Olympus is not a time zone that this machine knows; give a name such as UTC, Europe/Berlin or Asia/Shanghai.")]
    public void Read_WhatIsNoValue_SaysWhatIs(string name, string text, string sentence)
    {
        Assert.False(Quota(name).Read(text).TryGet(out _, out var refusal));
        Assert.Equal(new InvalidInput($"Quotas:{name}", sentence), refusal);
    }

    [Theory]
    [InlineData("1.00:00:00", true)]
    [InlineData("12:00:00", true)]
    [InlineData("24", false)]
    [InlineData("00:59:00", false)]
    [InlineData("400.00:00:00", false)]
    public void Read_Time_IsWithinItsBounds(string text, bool isValue)
    {
        var age = RuntimeSetting.Of(new SettingsSection(GenerationOptions.Section, typeof(GenerationOptions))).Single(setting => setting.Key == "Generation:UploadAge");

        Assert.Equal(isValue, age.Read(text).TryGet(out _, out _));
    }

    private static RuntimeSetting Quota(string name) =>
        RuntimeSetting.Of(new SettingsSection(QuotaOptions.Section, typeof(QuotaOptions))).Single(setting => setting.Key == $"Quotas:{name}");
}
