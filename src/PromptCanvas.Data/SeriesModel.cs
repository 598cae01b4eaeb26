using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Series;

namespace PromptCanvas.Data;

/// <summary>What the tables of all series have in common.</summary>
internal static class SeriesModel
{
    private const int NameLength = 100;
    private const int StateLength = 16;

    /// <param name="series">The entity.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="indexes">How the names of its indexes begin.</param>
    /// <param name="withPerson">What becomes of it when its owner's account is deleted.</param>
    public static void Configure<TSeries>(EntityTypeBuilder<TSeries> series, string table, string indexes, DeleteBehavior withPerson)
        where TSeries : JobSeries
    {
        series.ToTable(table);
        series.Property(row => row.Name).HasMaxLength(NameLength);
        series.Property(row => row.Note).HasMaxLength(JobSeries.LongestNote);
        series.Property(row => row.State).HasConversion<LowerCaseNameConverter<SeriesState>>().HasMaxLength(StateLength);
        series.HasIndex(row => row.PersonId).HasDatabaseName($"{indexes}_of_person");
        series.HasIndex(row => row.CreatedAt).HasDatabaseName($"{indexes}_running").HasFilter("\"State\" = 'running'");
        series.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(withPerson);
    }
}
