using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PromptCanvas.Data.Bias;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Data;

/// <summary>Model of the bias audits.</summary>
internal static class BiasModel
{
    private const int NameLength = 100;

    public static void Configure(ModelBuilder model)
    {
        model.Entity<BiasAudit>(Configure);
        model.Entity<BiasReading>(Configure);
    }

    private static void Configure(EntityTypeBuilder<BiasAudit> audit)
    {
        audit.ToTable("BiasAudits");
        audit.Property(row => row.Name).HasMaxLength(NameLength);
        audit.Property(row => row.Note).HasMaxLength(BiasAudit.LongestNote);
        audit.Property(row => row.State).HasConversion<LowerCaseNameConverter<BiasAuditState>>().HasMaxLength(16);
        audit.HasIndex(row => row.PersonId).HasDatabaseName("bias_audit_of_person");
        audit.HasIndex(row => row.CreatedAt).HasDatabaseName("bias_audit_running").HasFilter("\"State\" = 'running'");
        audit.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.SetNull);
    }

    private static void Configure(EntityTypeBuilder<BiasReading> reading)
    {
        reading.ToTable("BiasReadings");
        reading.HasKey(row => new { row.AuditId, row.PromptIndex, row.PictureIndex });
        reading.HasIndex(row => row.ImageId).HasDatabaseName("bias_reading_picture");
        reading.HasOne<BiasAudit>().WithMany().HasForeignKey(row => row.AuditId).OnDelete(DeleteBehavior.Cascade);
        reading.HasOne<Picture>().WithMany().HasForeignKey(row => row.ImageId).OnDelete(DeleteBehavior.SetNull);
    }
}
