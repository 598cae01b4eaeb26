using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Components;

/// <summary>The person's credits, read in one place for all parts of the page, so that they show the same figure.</summary>
public sealed class LiveCredits(ICredits credits)
{
    private readonly List<Action> readers = [];

    /// <summary>Null until read, and for viewers, who cannot make pictures.</summary>
    public QuotaView? Now { get; private set; }

    /// <summary>The prerendered value, used until the first read.</summary>
    public void Offer(QuotaView? known) => Now ??= known;

    public async Task<QuotaView?> RefreshAsync(Actor person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        Now = person.MayMake ? await credits.GetAsync(person.PersonId, person.Role, cancellationToken) : null;
        foreach (var onRead in readers.ToList())
        {
            onRead();
        }

        return Now;
    }

    /// <summary>Calls back after every read, until disposed. For the components of one page, on its dispatcher.</summary>
    public IDisposable Subscribe(Action onRead)
    {
        readers.Add(onRead);
        return new Subscription(readers, onRead);
    }

    private sealed class Subscription(List<Action> readers, Action onRead) : IDisposable
    {
        public void Dispose() => readers.Remove(onRead);
    }
}
