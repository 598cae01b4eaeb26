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
        var period = CreditPeriod.At(new QuotaOptions { Period = kind }, Time(now));

        Assert.Equal(new CreditPeriod(key, Time(start), Time(reset)), period);
    }

    [Fact]
    public void At_ClocksThatGoBack_CountsInUtc()
    {
        // 01:30 on 1 November in UTC+2 is still October in UTC.
        Assert.Equal("2026-10", CreditPeriod.At(new QuotaOptions(), DateTimeOffset.Parse("2026-11-01T01:30:00+02:00", CultureInfo.InvariantCulture)).Key);
    }

    [Theory]
    [InlineData("Asia/Shanghai", QuotaPeriod.Day, "2026-11-23T15:59:59Z", "2026-11-23", "2026-11-22T16:00:00Z", "2026-11-23T16:00:00Z")]
    [InlineData("Asia/Shanghai", QuotaPeriod.Day, "2026-11-23T16:00:00Z", "2026-11-24", "2026-11-23T16:00:00Z", "2026-11-24T16:00:00Z")]
    [InlineData("Europe/Berlin", QuotaPeriod.Day, "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("Europe/Berlin", QuotaPeriod.Month, "2026-10-31T23:30:00Z", "2026-11", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z")]
    [InlineData("America/New_York", QuotaPeriod.Week, "2026-11-02T04:59:59Z", "2026-W44", "2026-10-26T04:00:00Z", "2026-11-02T05:00:00Z")]
    [InlineData("Asia/Beirut", QuotaPeriod.Day, "2026-03-29T08:00:00Z", "2026-03-29", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z")]
    [InlineData("America/Havana", QuotaPeriod.Day, "2026-11-01T12:00:00Z", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")]
    public void At_AMomentInAZone_IsThatZonesCalendar(string zone, QuotaPeriod kind, string now, string key, string start, string reset)
    {
        var period = CreditPeriod.At(new QuotaOptions { Period = kind, TimeZone = zone }, Time(now));

        Assert.Equal(new CreditPeriod(key, Time(start), Time(reset)), period);
        Assert.Equal(TimeSpan.Zero, period.ResetsAt!.Value.Offset);
    }

    [Theory]
    [InlineData("UTC", true)]
    [InlineData("Europe/Berlin", true)]
    [InlineData("Middle-earth/Shire", false)]
    public void TimeZone_OfTheSettings_MustExist(string zone, bool isValid) => Assert.Equal(isValid, new TimeZoneIdAttribute().IsValid(zone));

    [Fact]
    public void At_NoPeriod_NeverResets() =>
        Assert.Equal(new CreditPeriod("all", DateTimeOffset.UnixEpoch, null), CreditPeriod.At(new QuotaOptions { Period = QuotaPeriod.None }, Time("2026-11-23")));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
