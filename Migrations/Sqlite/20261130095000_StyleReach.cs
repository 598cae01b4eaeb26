using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PromptCanvas.Migrations.Sqlite
{
    /// <summary>How far half the weight of a style leads. Styles that are there already keep the former distance.</summary>
    public partial class StyleReach : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<double>(
                name: "HalfReach",
                table: "Styles",
                type: "REAL",
                nullable: false,
                defaultValue: 0.14);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // EF rebuilds the table for this, outside the transaction.
            migrationBuilder.Sql("""ALTER TABLE "Styles" DROP COLUMN "HalfReach";""");
        }
    }
}
