namespace PromptCanvas.Web.Components.Gallery;

/// <summary>The pictures that the person has selected, in the order of selection.</summary>
public sealed class PictureSelection
{
    private readonly HashSet<Guid> known = [];
    private readonly List<Guid> ids = [];
    private Guid? anchor;

    public IReadOnlyList<Guid> Ids => ids;

    /// <summary>Whether a range can be selected: a picture was chosen before.</summary>
    public bool HasAnchor => anchor is not null;

    public bool Contains(Guid id) => known.Contains(id);

    public void Toggle(Guid id)
    {
        anchor = id;
        if (known.Remove(id))
        {
            ids.Remove(id);
        }
        else
        {
            Add([id]);
        }
    }

    public void Add(IEnumerable<Guid> added)
    {
        ArgumentNullException.ThrowIfNull(added);
        ids.AddRange(added.Where(known.Add));
    }

    /// <summary>Adds all pictures between the one chosen last and this one, in either direction; without the first, toggles this one.</summary>
    /// <param name="order">All pictures as the page shows them.</param>
    public void Extend(IReadOnlyList<Guid> order, Guid id)
    {
        ArgumentNullException.ThrowIfNull(order);
        var places = order.Index().Where(each => each.Item == id || each.Item == anchor).Select(each => each.Index).ToList();
        if (places.Count < 2)
        {
            Toggle(id);
            return;
        }

        Add(order.Skip(places[0]).Take(places[^1] - places[0] + 1));
        anchor = id;
    }

    public void Clear()
    {
        known.Clear();
        ids.Clear();
        anchor = null;
    }
}

/// <summary>A press on a picture in selection mode.</summary>
/// <param name="AsRange">Whether Shift was held.</param>
public readonly record struct GalleryPick(Guid Id, bool AsRange);
