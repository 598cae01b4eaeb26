using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace PromptCanvas.Data.People;

/// <summary>Model of the account tables. Defined here instead of by Identity's own context, whose tables depend on the host's registrations.</summary>
internal static class PeopleModel
{
    private const int HashLength = 64;
    private const int NameLength = 256;
    private const int ShortLength = 32;
    private const int ReasonLength = 500;

    public static void Configure(ModelBuilder model)
    {
        model.Entity<Person>(Configure);
        model.Entity<ApiKey>(Configure);
        model.Entity<AccountLink>(Configure);
        model.Entity<AuditEntry>(Configure);
        model.Entity<Notice>(Configure);
        model.Entity<SignInLock>(Configure);
        model.Entity<UsedCode>(Configure);
        model.Entity<PersonSession>(Configure);
        model.Entity<DataProtectionKey>(key =>
        {
            key.ToTable("DataProtectionKeys");
            key.Property(row => row.FriendlyName).HasMaxLength(NameLength);
            key.HasIndex(row => row.FriendlyName).IsUnique().HasDatabaseName("data_protection_key_name");
        });
        model.Entity<PersonDigest>(Configure);
        ConfigureIdentity(model);
    }

    private static void Configure(EntityTypeBuilder<Person> person)
    {
        person.ToTable("People");
        person.Property(row => row.ConcurrencyStamp).HasMaxLength(ShortLength * 2).IsConcurrencyToken();
        person.Property(row => row.SecurityStamp).HasMaxLength(ShortLength * 2);
        person.Property(row => row.UserName).HasMaxLength(NameLength);
        person.Property(row => row.NormalizedUserName).HasMaxLength(NameLength);
        person.Property(row => row.Email).HasMaxLength(NameLength);
        person.Property(row => row.NormalizedEmail).HasMaxLength(NameLength);
        person.Property(row => row.PhoneNumber).HasMaxLength(ShortLength);
        person.Property(row => row.DisplayName).HasMaxLength(100);
        person.Property(row => row.Role).HasMaxLength(ShortLength);
        person.Property(row => row.DefaultVisibility).HasMaxLength(16);
        person.HasIndex(row => row.NormalizedUserName).IsUnique().HasDatabaseName("person_name");
        person.HasIndex(row => row.NormalizedEmail).IsUnique().HasDatabaseName("person_email");
        person.HasMany<ApiKey>().WithOne().HasForeignKey(key => key.PersonId).OnDelete(DeleteBehavior.Cascade);
        person.HasMany<AccountLink>().WithOne().HasForeignKey(link => link.PersonId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<ApiKey> key)
    {
        key.ToTable("ApiKeys");
        key.Property(row => row.Name).HasMaxLength(100);
        key.Property(row => row.Prefix).HasMaxLength(ShortLength);
        key.Property(row => row.KeyHash).HasMaxLength(HashLength);
        key.Property(row => row.Scopes).HasMaxLength(100);
        key.HasIndex(row => row.Prefix).HasDatabaseName("api_key_prefix");
    }

    private static void Configure(EntityTypeBuilder<AccountLink> link)
    {
        link.ToTable("AccountLinks");
        link.Property(row => row.Kind).HasMaxLength(ShortLength);
        link.Property(row => row.TokenHash).HasMaxLength(HashLength);
        link.HasIndex(row => row.TokenHash).IsUnique().HasDatabaseName("account_link_token");
    }

    private static void Configure(EntityTypeBuilder<AuditEntry> entry)
    {
        entry.ToTable("AuditLog");
        entry.Property(row => row.Actor).HasMaxLength(NameLength);
        entry.Property(row => row.Action).HasMaxLength(64);
        entry.Property(row => row.Target).HasMaxLength(NameLength);
        entry.Property(row => row.Detail).HasMaxLength(1000);
        entry.Property(row => row.Address).HasMaxLength(64);
        entry.HasIndex(row => new { row.At, row.Id }).IsDescending().HasDatabaseName("audit_newest");
    }

    private static void Configure(EntityTypeBuilder<Notice> notice)
    {
        // No foreign key to pictures: notices outlive them.
        notice.ToTable("Notices");
        notice.Property(row => row.Kind).HasMaxLength(ShortLength);
        notice.Property(row => row.By).HasMaxLength(NameLength);
        notice.Property(row => row.Reason).HasMaxLength(ReasonLength);
        notice.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Cascade);
        notice.HasIndex(row => new { row.PersonId, row.At }).IsDescending(false, true).HasDatabaseName("notice_of_person");
        notice.HasIndex(row => new { row.ImageId, row.ByPersonId }).HasDatabaseName("notice_of_picture");
    }

    private static void Configure(EntityTypeBuilder<SignInLock> row)
    {
        row.ToTable("SignInLocks");
        row.HasKey(lockRow => new { lockRow.PersonId, lockRow.Source });
        row.Property(lockRow => lockRow.Source).HasMaxLength(SignInLock.SourceLength);

        // Concurrent attempts must not overwrite each other's count.
        row.Property(lockRow => lockRow.Failures).IsConcurrencyToken();
        row.Property(lockRow => lockRow.Locks).IsConcurrencyToken();
        row.HasOne<Person>().WithMany().HasForeignKey(lockRow => lockRow.PersonId).OnDelete(DeleteBehavior.Cascade);
        row.HasIndex(lockRow => lockRow.LockedUntil).HasDatabaseName("sign_in_lock_end").HasFilter("\"LockedUntil\" IS NOT NULL");
    }

    private static void Configure(EntityTypeBuilder<UsedCode> code)
    {
        // The key makes a code usable once, whichever process receives it.
        code.ToTable("UsedCodes");
        code.HasKey(row => new { row.PersonId, row.Step });
        code.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<PersonSession> session)
    {
        session.ToTable("PersonSessions");
        session.Property(row => row.Device).HasMaxLength(NameLength);
        session.Property(row => row.Stamp).HasMaxLength(ShortLength * 2);
        session.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Cascade);
        session.HasIndex(row => row.PersonId).HasDatabaseName("session_of_person");
    }

    private static void Configure(EntityTypeBuilder<PersonDigest> digest)
    {
        digest.ToTable("PersonDigests");
        digest.HasKey(row => row.PersonId);
        digest.Property(row => row.Rhythm).HasMaxLength(ShortLength);
        digest.HasOne<Person>().WithOne().HasForeignKey<PersonDigest>(row => row.PersonId).OnDelete(DeleteBehavior.Cascade);
        digest.HasIndex(row => row.DueAt).HasDatabaseName("digest_due").HasFilter("\"DueAt\" IS NOT NULL");
    }

    private static void ConfigureIdentity(ModelBuilder model)
    {
        model.Entity<IdentityUserClaim<Guid>>(claim =>
        {
            claim.ToTable("PersonClaims");
            claim.HasOne<Person>().WithMany().HasForeignKey(row => row.UserId);
        });
        model.Entity<IdentityUserLogin<Guid>>(login =>
        {
            login.ToTable("PersonLogins");
            login.HasKey(row => new { row.LoginProvider, row.ProviderKey });
            login.Property(row => row.LoginProvider).HasMaxLength(128);
            login.Property(row => row.ProviderKey).HasMaxLength(NameLength);
            login.HasOne<Person>().WithMany().HasForeignKey(row => row.UserId);
        });
        model.Entity<IdentityUserToken<Guid>>(token =>
        {
            token.ToTable("PersonTokens");
            token.HasKey(row => new { row.UserId, row.LoginProvider, row.Name });
            token.Property(row => row.LoginProvider).HasMaxLength(128);
            token.Property(row => row.Name).HasMaxLength(128);
            token.HasOne<Person>().WithMany().HasForeignKey(row => row.UserId);
        });
        model.Entity<IdentityUserPasskey<Guid>>(passkey =>
        {
            passkey.ToTable("PersonPasskeys");
            passkey.HasKey(row => row.CredentialId);
            passkey.Property(row => row.CredentialId).HasMaxLength(1024);
            passkey.OwnsOne(row => row.Data).ToJson();
            passkey.HasOne<Person>().WithMany().HasForeignKey(row => row.UserId);
        });
    }
}
