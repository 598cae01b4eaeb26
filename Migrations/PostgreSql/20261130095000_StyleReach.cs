using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PromptCanvas.Migrations.PostgreSql
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
                type: "double precision",
                nullable: false,
                defaultValue: 0.14);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "HalfReach",
                table: "Styles");
        }
    }
}
