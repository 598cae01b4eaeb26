using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Internal;

namespace PromptCanvas.ChaosHost;

#pragma warning disable EF1001 // There is no public base class.

/// <summary>What a later build of the studio has more: one migration.</summary>
internal sealed class LaterBuild(
    ICurrentDbContext currentContext, IDbContextOptions options, IMigrationsIdGenerator idGenerator, IDiagnosticsLogger<DbLoggerCategory.Migrations> logger)
    : MigrationsAssembly(currentContext, options, idGenerator, logger)
{
    public override IReadOnlyDictionary<string, TypeInfo> Migrations => new SortedDictionary<string, TypeInfo>(base.Migrations.ToDictionary(), StringComparer.Ordinal)
    {
        [Later.Id] = typeof(Later).GetTypeInfo(),
    };

    [Migration(Later.Id)]
    private sealed class Later : Migration
    {
        public const string Id = "99990101000000_Later";

        protected override void Up(MigrationBuilder migrationBuilder)
        {
            ArgumentNullException.ThrowIfNull(migrationBuilder);
            migrationBuilder.Sql("ALTER TABLE \"Jobs\" ADD \"Later\" integer NULL");
        }
    }
}
