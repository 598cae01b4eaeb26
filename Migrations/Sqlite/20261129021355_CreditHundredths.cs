using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PromptCanvas.Migrations.Sqlite
{
    /// <summary>The ledger and its sums count hundredths of a credit.</summary>
    public partial class CreditHundredths : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""UPDATE "Ledger" SET "Amount" = "Amount" * 100;""");
            migrationBuilder.Sql("""
                UPDATE "Quotas" SET "Used" = "Used" * 100, "Cap" = "Cap" * 100, "Allowance" = "Allowance" * 100, "Extra" = "Extra" * 100;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => throw new System.NotSupportedException("Parts of a credit would be lost.");
    }
}
