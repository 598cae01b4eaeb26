using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PromptCanvas.Migrations.Sqlite
{
    /// <summary>The nodes of a studio, and the node that ran a job.</summary>
    public partial class Machines : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "RanOn",
                table: "Jobs",
                type: "TEXT",
                maxLength: 100,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Nodes",
                columns: table => new
                {
                    Id = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    Roles = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    Version = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Device = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    MemoryBytes = table.Column<long>(type: "INTEGER", nullable: false),
                    Models = table.Column<string>(type: "TEXT", nullable: false),
                    LoadedModels = table.Column<string>(type: "TEXT", nullable: false),
                    StepSeconds = table.Column<double>(type: "REAL", nullable: true),
                    PictureSeconds = table.Column<string>(type: "TEXT", nullable: false),
                    RunningJobs = table.Column<int>(type: "INTEGER", nullable: false),
                    RecentPictures = table.Column<int>(type: "INTEGER", nullable: false),
                    StartedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ReportedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    DrainedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Nodes", x => x.Id);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Nodes");

            // EF rebuilds the table for this, outside the transaction.
            migrationBuilder.Sql("""ALTER TABLE "Jobs" DROP COLUMN "RanOn";""");
        }
    }
}
