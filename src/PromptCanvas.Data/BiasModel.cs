using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PromptCanvas.Data.Bias;
using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Data;

/// <summary>Model of the bias audits.</summary>
internal static class BiasModel
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<BiasAudit>(audit => SeriesModel.Configure(audit, "BiasAudits", "bias_audit", DeleteBehavior.SetNull));
        model.Entity<BiasReading>(Configure);
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
