using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Migrations;

/// <summary>The model in PostgreSQL.</summary>
public sealed class PostgreSqlAppDbContext(DbContextOptions<PostgreSqlAppDbContext> options) : AppDbContext(options);
