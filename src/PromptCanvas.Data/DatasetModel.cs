using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Data;

/// <summary>Model of the data sets.</summary>
internal static class DatasetModel
{
    private const int RefusalLength = 500;

    public static void Configure(ModelBuilder model)
    {
        // Only the person sees it, so it goes with the account.
        model.Entity<Dataset>(dataset => SeriesModel.Configure(dataset, "Datasets", "dataset", DeleteBehavior.Cascade));
        model.Entity<DatasetDraw>(Configure);
    }

    private static void Configure(EntityTypeBuilder<DatasetDraw> draw)
    {
        draw.ToTable("DatasetDraws");
        draw.HasKey(row => new { row.DatasetId, row.PictureIndex, row.Attempt });
        draw.Property(row => row.Refusal).HasMaxLength(RefusalLength);
        draw.HasIndex(row => row.ImageId).HasDatabaseName("dataset_draw_picture");
        draw.HasOne<Dataset>().WithMany().HasForeignKey(row => row.DatasetId).OnDelete(DeleteBehavior.Cascade);
        draw.HasOne<Picture>().WithMany().HasForeignKey(row => row.ImageId).OnDelete(DeleteBehavior.SetNull);
    }
}
