using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PromptCanvas.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Boards : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "image_of_person",
                table: "Images");

            migrationBuilder.AddColumn<Guid>(
                name: "BoardId",
                table: "Jobs",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "image_of_person",
                table: "Images",
                columns: new[] { "PersonId", "CreatedAt", "Id" },
                descending: new[] { false, true, true });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "image_of_person",
                table: "Images");

            migrationBuilder.DropColumn(
                name: "BoardId",
                table: "Jobs");

            migrationBuilder.CreateIndex(
                name: "image_of_person",
                table: "Images",
                column: "PersonId");
        }
    }
}
