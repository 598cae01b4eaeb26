using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace PromptCanvas.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Queue : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "Deferred",
                table: "Jobs",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<double>(
                name: "VirtualFinish",
                table: "Jobs",
                type: "double precision",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.CreateTable(
                name: "Ledger",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    PersonId = table.Column<Guid>(type: "uuid", nullable: false),
                    Period = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    JobId = table.Column<Guid>(type: "uuid", nullable: true),
                    ImageIndex = table.Column<int>(type: "integer", nullable: true),
                    Kind = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    Amount = table.Column<int>(type: "integer", nullable: false),
                    Reason = table.Column<string>(type: "text", nullable: false),
                    ByPersonId = table.Column<Guid>(type: "uuid", nullable: true),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Ledger", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "PersonCredits",
                columns: table => new
                {
                    PersonId = table.Column<Guid>(type: "uuid", nullable: false),
                    Allowance = table.Column<int>(type: "integer", nullable: true),
                    Weight = table.Column<double>(type: "double precision", nullable: false),
                    MaximumQueued = table.Column<int>(type: "integer", nullable: true),
                    MaximumRunning = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PersonCredits", x => x.PersonId);
                    table.CheckConstraint("person_weight", "\"Weight\" > 0");
                });

            migrationBuilder.CreateTable(
                name: "QueueState",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false),
                    PausedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    PausedBy = table.Column<Guid>(type: "uuid", nullable: true),
                    PauseReason = table.Column<string>(type: "text", nullable: true),
                    Crashes = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QueueState", x => x.Id);
                    table.CheckConstraint("queue_state_one", "\"Id\" = 1");
                });

            migrationBuilder.CreateTable(
                name: "Quotas",
                columns: table => new
                {
                    PersonId = table.Column<Guid>(type: "uuid", nullable: false),
                    Period = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    StartsAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Used = table.Column<int>(type: "integer", nullable: false),
                    Cap = table.Column<int>(type: "integer", nullable: false),
                    Allowance = table.Column<int>(type: "integer", nullable: false),
                    Extra = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Quotas", x => new { x.PersonId, x.Period });
                    table.CheckConstraint("quota_used", "\"Used\" >= 0 AND \"Used\" <= \"Cap\"");
                });

            migrationBuilder.CreateTable(
                name: "RoleCredits",
                columns: table => new
                {
                    Role = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Allowance = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RoleCredits", x => x.Role);
                });

            migrationBuilder.CreateIndex(
                name: "job_active_of_person",
                table: "Jobs",
                column: "PersonId",
                filter: "\"State\" IN ('queued', 'running')");

            migrationBuilder.CreateIndex(
                name: "job_served",
                table: "Jobs",
                columns: new[] { "Priority", "VirtualTime" },
                descending: new[] { false, true },
                filter: "\"StartedAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "job_share",
                table: "Jobs",
                columns: new[] { "PersonId", "Priority", "VirtualFinish" },
                descending: new[] { false, false, true });

            migrationBuilder.CreateIndex(
                name: "ledger_of_person",
                table: "Ledger",
                columns: new[] { "PersonId", "Id" });

            migrationBuilder.CreateIndex(
                name: "ledger_once",
                table: "Ledger",
                columns: new[] { "JobId", "ImageIndex", "Kind" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ledger_settled_or_refunded",
                table: "Ledger",
                columns: new[] { "JobId", "ImageIndex" },
                unique: true,
                filter: "\"Kind\" IN ('settle', 'refund')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Ledger");

            migrationBuilder.DropTable(
                name: "PersonCredits");

            migrationBuilder.DropTable(
                name: "QueueState");

            migrationBuilder.DropTable(
                name: "Quotas");

            migrationBuilder.DropTable(
                name: "RoleCredits");

            migrationBuilder.DropIndex(
                name: "job_active_of_person",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "job_served",
                table: "Jobs");

            migrationBuilder.DropIndex(
                name: "job_share",
                table: "Jobs");

            migrationBuilder.DropColumn(
                name: "Deferred",
                table: "Jobs");

            migrationBuilder.DropColumn(
                name: "VirtualFinish",
                table: "Jobs");
        }
    }
}
