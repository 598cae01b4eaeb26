namespace PromptCanvas.Web.Features.Datasets;

/// <summary>Limits the data sets that are sent at the same time: each takes the connection and the image store for minutes.</summary>
internal sealed class DatasetDownloads
{
    /// <summary>Of one person.</summary>
    internal const int MostOfPerson = 2;

    /// <summary>Of this process.</summary>
    internal const int MostOfAll = 8;

    private readonly Lock counting = new();
    private readonly Dictionary<Guid, int> open = [];

    /// <summary>Begins a download.</summary>
    /// <returns>Dispose it when the download is over.</returns>
    public Result<IDisposable> TryBegin(Guid personId)
    {
        lock (counting)
        {
            if (open.GetValueOrDefault(personId) >= MostOfPerson)
            {
                return new TooManyDownloads($"You are downloading {MostOfPerson} data sets already; wait until one of them has arrived.");
            }

            if (open.Values.Sum() >= MostOfAll)
            {
                return new TooManyDownloads($"The studio sends {MostOfAll} data sets at once, and as many are on their way; try again in a while.");
            }

            open[personId] = open.GetValueOrDefault(personId) + 1;
            return new Download(this, personId);
        }
    }

    private void End(Guid personId)
    {
        lock (counting)
        {
            if (--open[personId] == 0)
            {
                open.Remove(personId);
            }
        }
    }

    private sealed class Download(DatasetDownloads downloads, Guid personId) : IDisposable
    {
        private bool isOver;

        public void Dispose()
        {
            if (!isOver)
            {
                isOver = true;
                downloads.End(personId);
            }
        }
    }
}
