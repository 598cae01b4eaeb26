using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Features.Usage;

namespace PromptCanvas.Web.Tests.Features.Usage;

public sealed class UsageReportTests
{
    private static readonly DateOnly Today = new(2026, 11, 23);
    private static readonly Guid Ada = Guid.NewGuid();

    [Fact]
    public void Of_LinesOfAMonth_AddsUpByDayPersonAndModel()
    {
        var report = UsageReport.Of(
            [
                new UsageLine(Ada, Today, "starter", 3),
                new UsageLine(Ada, Today, "karlo", 1),
                new UsageLine(null, Today.AddDays(-2), "starter", 10),
            ],
            Today, 30, id => id == Ada ? "Ada" : "nobody");

        Assert.Equal(14, report.Total);
        Assert.Equal([new UsageShare("nobody", 10), new UsageShare("Ada", 4)], report.People);
        Assert.Equal([new UsageShare("starter", 13), new UsageShare("karlo", 1)], report.Models);
        Assert.Equal(30, report.Days.Count);
        Assert.Equal((Today, 4), report.Days[^1]);
        Assert.Equal((Today.AddDays(-1), 0), report.Days[^2]);
    }

    // 14 pictures in seven days are 2 per day; earlier pictures do not count.
    [Fact]
    public void Forecast_IsThePaceOfTheLastWeekFor30Days()
    {
        var report = UsageReport.Of(
            [new UsageLine(Ada, Today.AddDays(-6), "starter", 14), new UsageLine(Ada, Today.AddDays(-7), "starter", 500)], Today, 30, _ => "");

        Assert.Equal(2, report.Pace);
        Assert.Equal(60, report.Forecast);
    }

    [Fact]
    public void Csv_OfNamesThatASpreadsheetWouldRunOrSplit_KeepsThemText()
    {
        string[] names = ["=1+1", "Ada, \"the\" first", "Bo"];
        var lines = names.Select(_ => Guid.NewGuid()).Select(id => new UsageLine(id, Today, "starter", 2)).ToList();
        var csv = UsageCsv.Write(lines, id => names[lines.FindIndex(line => line.PersonId == id)]);

        Assert.Equal(
            "day,person,model,pictures\r\n2026-11-23,'=1+1,starter,2\r\n2026-11-23,\"Ada, \"\"the\"\" first\",starter,2\r\n2026-11-23,Bo,starter,2\r\n", csv);
    }
}
