using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.Bias;
using PromptCanvas.Data.Boards;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Nodes;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Safety;
using PromptCanvas.Data.Settings;
using PromptCanvas.Data.Sharing;
using PromptCanvas.Data.Styles;
using PromptCanvas.Data.Texts;

namespace PromptCanvas.Data;

/// <summary>The data model. Each database has a derived context with its own migrations.</summary>
public abstract class AppDbContext(DbContextOptions options) : DbContext(options)
{
    private const int HashLength = 64;
    private const int ReasonLength = 500;
    private const int SettingLength = 256;
    private const int NodeLength = 100;

    public DbSet<Job> Jobs => Set<Job>();

    public DbSet<JobPicture> JobPictures => Set<JobPicture>();

    public DbSet<DecodedPicture> DecodedPictures => Set<DecodedPicture>();

    public DbSet<JobInput> JobInputs => Set<JobInput>();

    public DbSet<Picture> Pictures => Set<Picture>();

    public DbSet<Favourite> Favourites => Set<Favourite>();

    public DbSet<Upload> Uploads => Set<Upload>();

    public DbSet<Person> People => Set<Person>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<AccountLink> AccountLinks => Set<AccountLink>();

    public DbSet<SignInLock> SignInLocks => Set<SignInLock>();

    public DbSet<UsedCode> UsedCodes => Set<UsedCode>();

    public DbSet<AuditEntry> AuditLog => Set<AuditEntry>();

    public DbSet<Notice> Notices => Set<Notice>();

    public DbSet<PersonDigest> PersonDigests => Set<PersonDigest>();

    public DbSet<PersonSession> PersonSessions => Set<PersonSession>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public DbSet<Report> Reports => Set<Report>();

    public DbSet<Comment> Comments => Set<Comment>();

    public DbSet<Board> Boards => Set<Board>();

    public DbSet<BoardPicture> BoardPictures => Set<BoardPicture>();

    public DbSet<Style> Styles => Set<Style>();

    public DbSet<ShareLink> ShareLinks => Set<ShareLink>();

    public DbSet<SafetyRule> SafetyRules => Set<SafetyRule>();

    public DbSet<StoredSetting> Settings => Set<StoredSetting>();

    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    public DbSet<BiasAudit> BiasAudits => Set<BiasAudit>();

    public DbSet<BiasReading> BiasReadings => Set<BiasReading>();

    public DbSet<Dataset> Datasets => Set<Dataset>();

    public DbSet<DatasetDraw> DatasetDraws => Set<DatasetDraw>();

    public DbSet<QueueState> QueueStates => Set<QueueState>();

    public DbSet<Node> Nodes => Set<Node>();

    public DbSet<LedgerEntry> Ledger => Set<LedgerEntry>();

    public DbSet<Quota> Quotas => Set<Quota>();

    public DbSet<PersonCredits> PersonCredits => Set<PersonCredits>();

    public DbSet<RoleCredits> RoleCredits => Set<RoleCredits>();

    public abstract Task<SchemaCheck> CheckSchemaAsync(CancellationToken cancellationToken);

    /// <summary>Creates the schema, or brings it to this version's.</summary>
    /// <exception cref="UnsupportedSchemaException">The database is from a version too old to migrate; it is left unchanged.</exception>
    public abstract Task UpgradeAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        SetSearchTexts();
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    /// <inheritdoc/>
    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        SetSearchTexts();
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    private void SetSearchTexts()
    {
        foreach (var added in ChangeTracker.Entries<Picture>().Where(entry => entry.State == EntityState.Added))
        {
            added.Entity.SearchText = SearchTexts.Of(added.Entity.Prompt);
        }
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Job>(Configure);
        modelBuilder.Entity<JobPicture>(picture =>
        {
            picture.ToTable("JobImages");
            picture.HasKey(row => new { row.JobId, row.ImageIndex });
            picture.Property(row => row.State).HasConversion<LowerCaseNameConverter<JobPictureState>>().HasMaxLength(16);
        });
        modelBuilder.Entity<DecodedPicture>(decoded =>
        {
            decoded.ToTable("DecodedPictures");
            decoded.HasKey(row => new { row.JobId, row.ImageIndex });
            decoded.Property(row => row.ContentHash).HasMaxLength(HashLength);
            decoded.Property(row => row.ThumbnailHash).HasMaxLength(HashLength);
            decoded.HasOne<JobPicture>().WithOne().HasForeignKey<DecodedPicture>(row => new { row.JobId, row.ImageIndex }).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<JobInput>(Configure);
        modelBuilder.Entity<Picture>(Configure);
        modelBuilder.Entity<Favourite>(Configure);
        modelBuilder.Entity<Upload>(Configure);
        modelBuilder.Entity<Report>(Configure);
        PeopleModel.Configure(modelBuilder);
        modelBuilder.Entity<QueueState>(state =>
        {
            state.ToTable("QueueState", table => table.HasCheckConstraint("queue_state_one", "\"Id\" = 1"));
            state.Property(row => row.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<Node>(Configure);
        modelBuilder.Entity<StoredSetting>(setting =>
        {
            setting.ToTable("Settings");
            setting.HasKey(row => row.Key);
            setting.Property(row => row.Key).HasMaxLength(SettingLength);
            setting.Property(row => row.Value).HasMaxLength(SettingLength);
        });
        modelBuilder.Entity<SigningKey>(key =>
        {
            key.ToTable("SigningKeys");
            key.HasKey(row => row.Number);
            key.Property(row => row.Number).ValueGeneratedNever();
            key.Property(row => row.Thumbprint).HasMaxLength(HashLength);
            key.HasIndex(row => row.Thumbprint).IsUnique().HasDatabaseName("signing_key_thumbprint");
        });
        CreditTables.Configure(modelBuilder);
        SharingModel.Configure(modelBuilder);
        BiasModel.Configure(modelBuilder);
        DatasetModel.Configure(modelBuilder);
    }

    private static void Configure(EntityTypeBuilder<Job> job)
    {
        job.ToTable("Jobs");
        job.Property(row => row.IdempotencyKey).HasMaxLength(200);
        job.Property(row => row.BodyHash).HasMaxLength(HashLength);
        job.Property(row => row.State).HasConversion<LowerCaseNameConverter<JobState>>().HasMaxLength(16);
        job.Property(row => row.LeasedBy).HasMaxLength(NodeLength);
        job.Property(row => row.RanOn).HasMaxLength(NodeLength);
        job.Property(row => row.Visibility).HasMaxLength(16).HasDefaultValue(Visibilities.Team);
        job.Property(row => row.Tag).HasMaxLength(16);
        job.Property(row => row.EndUser).HasMaxLength(256);
        job.Property(row => row.Kind).HasMaxLength(16).HasDefaultValue(JobKinds.Generate);
        job.HasMany(row => row.Inputs).WithOne().HasForeignKey(input => input.JobId).OnDelete(DeleteBehavior.Cascade);
        job.HasMany(row => row.Images).WithOne().HasForeignKey(picture => picture.JobId).OnDelete(DeleteBehavior.Cascade);

        // Two indexes, because in SQL all nulls are distinct in a unique index.
        job.HasIndex(row => new { row.PersonId, row.IdempotencyKey }).IsUnique()
            .HasDatabaseName("job_key_of_person").HasFilter("\"PersonId\" IS NOT NULL");
        job.HasIndex(row => row.IdempotencyKey).IsUnique()
            .HasDatabaseName("job_key_of_nobody").HasFilter("\"PersonId\" IS NULL");

        // Partial indexes keep finished jobs out of the hot path.
        job.HasIndex(row => new { row.Priority, row.VirtualTime, row.CreatedAt, row.Id }).IsDescending(true, false, false, false)
            .HasDatabaseName("job_pick").HasFilter("\"State\" = 'queued'");
        job.HasIndex(row => row.CrashCount)
            .HasDatabaseName("job_suspect").HasFilter("\"State\" = 'queued' AND \"CrashCount\" > 0");
        job.HasIndex(row => row.LeaseUntil)
            .HasDatabaseName("job_lease").HasFilter("\"State\" = 'running'");

        // The latest virtual times of the queue and of a person: one index lookup each at submit.
        job.HasIndex(row => new { row.Priority, row.VirtualTime }).IsDescending(false, true)
            .HasDatabaseName("job_served").HasFilter("\"StartedAt\" IS NOT NULL");
        job.HasIndex(row => new { row.PersonId, row.Priority, row.VirtualFinish }).IsDescending(false, false, true)
            .HasDatabaseName("job_share");
        job.HasIndex(row => row.PersonId)
            .HasDatabaseName("job_active_of_person").HasFilter("\"State\" IN ('queued', 'running')");
        job.HasIndex(row => new { row.PersonId, row.CreatedAt, row.Id }).IsDescending(false, true, true)
            .HasDatabaseName("job_history");
    }

    private static void Configure(EntityTypeBuilder<Node> node)
    {
        node.ToTable("Nodes");
        node.Property(row => row.Id).HasMaxLength(NodeLength);
        node.Property(row => row.Name).HasMaxLength(NodeLength);
        node.Property(row => row.Roles).HasMaxLength(16);
        node.Property(row => row.Version).HasMaxLength(64);
        node.Property(row => row.Device).HasMaxLength(SettingLength);
    }

    private static void Configure(EntityTypeBuilder<JobInput> input)
    {
        input.ToTable("JobInputs");
        input.HasKey(row => new { row.JobId, row.Slot });
        input.Property(row => row.Role).HasMaxLength(16);
        input.Property(row => row.ContentHash).HasMaxLength(HashLength);
        input.HasOne<Picture>().WithMany().HasForeignKey(row => row.ImageId).OnDelete(DeleteBehavior.SetNull);
        input.HasOne<Upload>().WithMany().HasForeignKey(row => row.UploadId).OnDelete(DeleteBehavior.SetNull);
        input.HasIndex(row => row.ImageId).HasDatabaseName("input_parent");
        input.HasIndex(row => row.UploadId).HasDatabaseName("input_upload");
        input.HasIndex(row => row.ContentHash).HasDatabaseName("input_content");
    }

    private static void Configure(EntityTypeBuilder<Picture> picture)
    {
        picture.ToTable("Images");
        picture.Property(row => row.ContentHash).HasMaxLength(HashLength);
        picture.Property(row => row.ThumbnailHash).HasMaxLength(HashLength);
        picture.Property(row => row.Tag).HasMaxLength(16);
        picture.Property(row => row.Kind).HasMaxLength(16).HasDefaultValue(JobKinds.Generate);
        picture.Property(row => row.Visibility).HasMaxLength(16).HasDefaultValue(Visibilities.Team);
        picture.HasOne<Job>().WithMany().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Restrict);

        // At most one result per requested picture.
        picture.HasIndex(row => new { row.JobId, row.ImageIndex }).IsUnique().HasDatabaseName("image_of_job");
        picture.HasIndex(row => new { row.CreatedAt, row.Id }).IsDescending().HasDatabaseName("image_gallery");
        picture.HasIndex(row => row.ContentHash).HasDatabaseName("image_content");
        picture.HasIndex(row => row.ThumbnailHash).HasDatabaseName("image_thumbnail");
        picture.HasIndex(row => new { row.PersonId, row.CreatedAt, row.Id }).IsDescending(false, true, true).HasDatabaseName("image_of_person");
        picture.HasIndex(row => row.DeletedAt).HasDatabaseName("image_trash").HasFilter("\"DeletedAt\" IS NOT NULL");
    }

    private static void Configure(EntityTypeBuilder<Favourite> favourite)
    {
        favourite.ToTable("Favourites");
        favourite.HasKey(row => new { row.PersonId, row.ImageId });
        favourite.HasOne<Picture>().WithMany().HasForeignKey(row => row.ImageId).OnDelete(DeleteBehavior.Cascade);
        favourite.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<Report> report)
    {
        report.ToTable("Reports");
        report.Property(row => row.Reason).HasMaxLength(ReasonLength);
        report.HasOne<Picture>().WithMany().HasForeignKey(row => row.ImageId).OnDelete(DeleteBehavior.Cascade);
        report.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Cascade);
        report.HasIndex(row => row.At).HasDatabaseName("report_open").HasFilter("\"ClosedAt\" IS NULL");
    }

    private static void Configure(EntityTypeBuilder<Upload> upload)
    {
        upload.ToTable("Uploads");
        upload.Property(row => row.ContentHash).HasMaxLength(HashLength);
        upload.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Cascade);
        upload.HasIndex(row => row.ContentHash).HasDatabaseName("upload_content");
        upload.HasIndex(row => row.ExpiresAt).HasDatabaseName("upload_expiry");
    }
}
