using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace PromptCanvas.Data.Credits;

/// <summary>The ledger and what is summed from it.</summary>
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

            // Whoever changes a row that was charged or changed since it was read tries again.
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
        // No key to jobs: an account outlives what it paid for.
        entry.ToTable("Ledger");
        entry.Property(row => row.Period).HasMaxLength(KeyLength);
        entry.Property(row => row.Kind).HasMaxLength(KeyLength);
        entry.HasIndex(row => new { row.PersonId, row.Id }).HasDatabaseName("ledger_of_person");

        // A picture is charged once, and settled or refunded once: by the database, not by the order of our code.
        entry.HasIndex(row => new { row.JobId, row.ImageIndex, row.Kind }).IsUnique().HasDatabaseName("ledger_once");
        entry.HasIndex(row => new { row.JobId, row.ImageIndex }).IsUnique()
            .HasDatabaseName("ledger_settled_or_refunded").HasFilter("\"Kind\" IN ('settle', 'refund')");
    }
}
