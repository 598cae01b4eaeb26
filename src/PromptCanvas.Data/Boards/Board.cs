using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Data.Boards;

/// <summary>Pictures that belong together.</summary>
public sealed class Board
{
    public required Guid Id { get; init; }

    public required Guid PersonId { get; init; }

    public required string Name { get; set; }

    /// <summary>One of <see cref="Visibilities"/>. A public link is a <see cref="Sharing.ShareLink"/> of its own.</summary>
    public string Visibility { get; set; } = Visibilities.Private;

    public required DateTimeOffset CreatedAt { get; init; }
}
