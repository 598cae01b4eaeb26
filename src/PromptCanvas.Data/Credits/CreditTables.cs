using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace PromptCanvas.Data.Credits;

/// <summary>Model of the ledger and its sums.</summary>
internal static class CreditTables
{
    private const int KeyLength = 16;
    private const int RoleLength = 64;

    public static void Configure(ModelBuilder model)
    {
        model.Entity<LedgerEntry>(Configure);
        model.Entity<Quota>(quota =>
        {
            quota.ToTable("Quotas", table => table.HasCheckConstraint("quota_used", "\"Used\" >= 0 AND \"Used\" <= \"Cap\""));
            quota.HasKey(row => new { row.PersonId, row.Period });
            quota.Property(row => row.Period).HasMaxLength(KeyLength);

            // Optimistic concurrency: an update fails and is retried if the row changed since it was read.
            quota.Property(row => row.Used).IsConcurrencyToken();
            quota.Property(row => row.Cap).IsConcurrencyToken();
            quota.Property(row => row.Allowance).IsConcurrencyToken();
            quota.Property(row => row.Extra).IsConcurrencyToken();
        });
        model.Entity<PersonCredits>(person =>
        {
            person.ToTable("PersonCredits", table => table.HasCheckConstraint("person_weight", "\"Weight\" > 0"));
            person.HasKey(row => row.PersonId);
        });
        model.Entity<RoleCredits>(role =>
        {
            role.ToTable("RoleCredits");
            role.HasKey(row => row.Role);
            role.Property(row => row.Role).HasMaxLength(RoleLength);
        });
    }

    private static void Configure(EntityTypeBuilder<LedgerEntry> entry)
    {
        // No foreign key to jobs: the ledger outlives them.
        entry.ToTable("Ledger");
        entry.Property(row => row.Period).HasMaxLength(KeyLength);
        entry.Property(row => row.Kind).HasMaxLength(KeyLength);
        entry.HasIndex(row => new { row.PersonId, row.Id }).HasDatabaseName("ledger_of_person");

        // The database guarantees that a picture is charged once, and settled or refunded once.
        entry.HasIndex(row => new { row.JobId, row.ImageIndex, row.Kind }).IsUnique().HasDatabaseName("ledger_once");
        entry.HasIndex(row => new { row.JobId, row.ImageIndex }).IsUnique()
            .HasDatabaseName("ledger_settled_or_refunded").HasFilter("\"Kind\" IN ('settle', 'refund')");
    }
}
