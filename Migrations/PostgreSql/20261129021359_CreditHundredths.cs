using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PromptCanvas.Migrations.PostgreSql
{
    /// <summary>The ledger and its sums count hundredths of a credit.</summary>
    public partial class CreditHundredths : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""ALTER TABLE "Ledger" ALTER COLUMN "Amount" TYPE bigint USING "Amount"::bigint * 100;""");
            migrationBuilder.Sql("""
                ALTER TABLE "Quotas"
                    ALTER COLUMN "Used" TYPE bigint USING "Used"::bigint * 100,
                    ALTER COLUMN "Cap" TYPE bigint USING "Cap"::bigint * 100,
                    ALTER COLUMN "Allowance" TYPE bigint USING "Allowance"::bigint * 100,
                    ALTER COLUMN "Extra" TYPE bigint USING "Extra"::bigint * 100;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => throw new System.NotSupportedException("Parts of a credit would be lost.");
    }
}
