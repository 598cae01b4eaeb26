using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Data.Boards;

/// <summary>A named collection of pictures.</summary>
public sealed class Board
{
    public required Guid Id { get; init; }

    public required Guid PersonId { get; init; }

    public required string Name { get; set; }

    /// <summary>One of <see cref="Visibilities"/>. Public access is a separate <see cref="Sharing.ShareLink"/>.</summary>
    public string Visibility { get; set; } = Visibilities.Private;

    public required DateTimeOffset CreatedAt { get; init; }
}
