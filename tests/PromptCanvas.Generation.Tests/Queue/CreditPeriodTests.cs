using System.Globalization;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Tests.Queue;

public sealed class CreditPeriodTests
{
    [Theory]
    [InlineData(QuotaPeriod.Month, "2026-11-23T12:00:00Z", "2026-11", "2026-11-01", "2026-12-01")]
    [InlineData(QuotaPeriod.Month, "2026-12-31T23:59:59Z", "2026-12", "2026-12-01", "2027-01-01")]
    [InlineData(QuotaPeriod.Month, "2028-02-29T00:00:00Z", "2028-02", "2028-02-01", "2028-03-01")]
    [InlineData(QuotaPeriod.Week, "2026-11-23T00:00:00Z", "2026-W48", "2026-11-23", "2026-11-30")]
    [InlineData(QuotaPeriod.Week, "2026-11-22T23:59:59Z", "2026-W47", "2026-11-16", "2026-11-23")]
    [InlineData(QuotaPeriod.Week, "2027-01-01T00:00:00Z", "2026-W53", "2026-12-28", "2027-01-04")]
    [InlineData(QuotaPeriod.Day, "2026-11-23T23:59:59Z", "2026-11-23", "2026-11-23", "2026-11-24")]
    public void At_AMoment_IsTheCalendarsPeriod(QuotaPeriod kind, string now, string key, string start, string reset)
    {
        var period = CreditPeriod.At(kind, Time(now));

        Assert.Equal(new CreditPeriod(key, Time(start), Time(reset)), period);
    }

    [Fact]
    public void At_ClocksThatGoBack_CountsInUtc()
    {
        // 01:30 on 1 November in UTC+2 is still October in UTC.
        Assert.Equal("2026-10", CreditPeriod.At(QuotaPeriod.Month, DateTimeOffset.Parse("2026-11-01T01:30:00+02:00", CultureInfo.InvariantCulture)).Key);
    }

    [Fact]
    public void At_NoPeriod_NeverResets() =>
        Assert.Equal(new CreditPeriod("all", DateTimeOffset.UnixEpoch, null), CreditPeriod.At(QuotaPeriod.None, Time("2026-11-23")));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
