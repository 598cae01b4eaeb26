using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PromptCanvas.Data.Boards;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Safety;
using PromptCanvas.Data.Sharing;
using PromptCanvas.Data.Styles;

namespace PromptCanvas.Data;

/// <summary>Model of shared content and of content rules.</summary>
internal static class SharingModel
{
    private const int HashLength = 64;
    private const int NameLength = 256;
    private const int ShortLength = 32;
    private const int ReasonLength = 500;
    private const int TextLength = 1000;

    public static void Configure(ModelBuilder model)
    {
        model.Entity<SafetyRule>(Configure);
        model.Entity<ShareLink>(Configure);
        model.Entity<Board>(Configure);
        model.Entity<BoardPicture>(Configure);
        model.Entity<Comment>(Configure);
        model.Entity<Style>(Configure);
    }

    private static void Configure(EntityTypeBuilder<SafetyRule> rule)
    {
        rule.ToTable("SafetyRules");
        rule.Property(row => row.Kind).HasMaxLength(ShortLength);
        rule.Property(row => row.Text).HasMaxLength(TextLength);
        rule.Property(row => row.Reason).HasMaxLength(ReasonLength);
        rule.Property(row => row.By).HasMaxLength(NameLength);
    }

    private static void Configure(EntityTypeBuilder<ShareLink> link)
    {
        link.ToTable("ShareLinks", table => table.HasCheckConstraint("share_link_of_one", "(\"ImageId\" IS NULL) <> (\"BoardId\" IS NULL)"));
        link.Property(row => row.TokenHash).HasMaxLength(HashLength);
        link.Property(row => row.PasswordHash).HasMaxLength(NameLength);
        link.HasIndex(row => row.TokenHash).IsUnique().HasDatabaseName("share_link_token");
        link.HasIndex(row => row.PersonId).HasDatabaseName("share_link_of_person");
        link.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Cascade);
        link.HasOne<Picture>().WithMany().HasForeignKey(row => row.ImageId).OnDelete(DeleteBehavior.Cascade);
        link.HasOne<Board>().WithMany().HasForeignKey(row => row.BoardId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<Board> board)
    {
        board.ToTable("Boards");
        board.Property(row => row.Name).HasMaxLength(100);
        board.Property(row => row.Visibility).HasMaxLength(16);
        board.HasIndex(row => row.PersonId).HasDatabaseName("board_of_person");
        board.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<BoardPicture> picture)
    {
        picture.ToTable("BoardPictures");
        picture.HasKey(row => new { row.BoardId, row.ImageId });
        picture.HasOne<Board>().WithMany().HasForeignKey(row => row.BoardId).OnDelete(DeleteBehavior.Cascade);
        picture.HasOne<Picture>().WithMany().HasForeignKey(row => row.ImageId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void Configure(EntityTypeBuilder<Style> style)
    {
        style.ToTable("Styles");
        style.Property(row => row.Name).HasMaxLength(100);
        style.Property(row => row.Visibility).HasMaxLength(16);
        style.HasIndex(row => row.PersonId).HasDatabaseName("style_of_person");
        style.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Cascade);
        style.HasOne<Board>().WithMany().HasForeignKey(row => row.BoardId).OnDelete(DeleteBehavior.SetNull);
    }

    private static void Configure(EntityTypeBuilder<Comment> comment)
    {
        comment.ToTable("Comments");
        comment.Property(row => row.Text).HasMaxLength(TextLength);
        comment.HasIndex(row => new { row.ImageId, row.At }).HasDatabaseName("comment_of_picture");
        comment.HasOne<Person>().WithMany().HasForeignKey(row => row.PersonId).OnDelete(DeleteBehavior.Cascade);
        comment.HasOne<Picture>().WithMany().HasForeignKey(row => row.ImageId).OnDelete(DeleteBehavior.Cascade);
    }
}
