using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PromptCanvas.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class JobKinds : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "Height",
                table: "Jobs",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "Kind",
                table: "Jobs",
                type: "character varying(16)",
                maxLength: 16,
                nullable: false,
                defaultValue: "generate");

            migrationBuilder.AddColumn<string>(
                name: "Material",
                table: "Jobs",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Width",
                table: "Jobs",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "Kind",
                table: "Images",
                type: "character varying(16)",
                maxLength: 16,
                nullable: false,
                defaultValue: "generate");

            // Pictures of a prompt are squares.
            migrationBuilder.Sql("UPDATE \"Jobs\" SET \"Width\" = \"Size\", \"Height\" = \"Size\"");

            migrationBuilder.CreateTable(
                name: "JobInputs",
                columns: table => new
                {
                    JobId = table.Column<Guid>(type: "uuid", nullable: false),
                    Slot = table.Column<int>(type: "integer", nullable: false),
                    Role = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    ImageId = table.Column<Guid>(type: "uuid", nullable: true),
                    UploadId = table.Column<Guid>(type: "uuid", nullable: true),
                    ContentHash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_JobInputs", x => new { x.JobId, x.Slot });
                    table.ForeignKey(
                        name: "FK_JobInputs_Images_ImageId",
                        column: x => x.ImageId,
                        principalTable: "Images",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.SetNull);
                    table.ForeignKey(
                        name: "FK_JobInputs_Jobs_JobId",
                        column: x => x.JobId,
                        principalTable: "Jobs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_JobInputs_Uploads_UploadId",
                        column: x => x.UploadId,
                        principalTable: "Uploads",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.SetNull);
                });

            migrationBuilder.CreateIndex(
                name: "input_content",
                table: "JobInputs",
                column: "ContentHash");

            migrationBuilder.CreateIndex(
                name: "input_parent",
                table: "JobInputs",
                column: "ImageId");

            migrationBuilder.CreateIndex(
                name: "input_upload",
                table: "JobInputs",
                column: "UploadId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "JobInputs");

            migrationBuilder.DropColumn(
                name: "Height",
                table: "Jobs");

            migrationBuilder.DropColumn(
                name: "Kind",
                table: "Jobs");

            migrationBuilder.DropColumn(
                name: "Material",
                table: "Jobs");

            migrationBuilder.DropColumn(
                name: "Width",
                table: "Jobs");

            migrationBuilder.DropColumn(
                name: "Kind",
                table: "Images");
        }
    }
}
