using System.IO.Compression;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Datasets;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>What tests of data sets need besides: starting one, moving it on, and its zip.</summary>
internal static class DatasetStudio
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<Guid> BeginAsync(this Studio studio, Actor owner, DatasetOrder order)
    {
        Assert.True((await studio.Get<IDatasets>().StartAsync(owner, order, Cancellation)).TryGet(out var id, out var refusal), refusal?.Message);
        return id;
    }

    public static async Task<DatasetDetail> DatasetAsync(this Studio studio, Actor owner, Guid id)
    {
        Assert.True((await studio.Get<IDatasets>().FindAsync(owner, id, Cancellation)).TryGet(out var detail, out var refusal), refusal?.Message);
        return detail;
    }

    /// <summary>Moves the data set on until it is over.</summary>
    public static async Task<DatasetDetail> EndAsync(this Studio studio, Actor owner, Guid id)
    {
        while (true)
        {
            await studio.Get<DatasetRunner>().StepAsync(Cancellation);
            if (await studio.DatasetAsync(owner, id) is { Dataset.State: not SeriesState.Running } over)
            {
                return over;
            }

            await studio.DrainAsync();
        }
    }

    public static async Task<ZipArchive> ZipAsync(this Studio studio, Actor owner, Guid id)
    {
        Assert.True((await studio.Get<IDatasetArchives>().OpenAsync(owner, id, [], Cancellation)).TryGet(out var archive, out var refusal), refusal?.Message);
        var bytes = new MemoryStream();
        await archive.WriteAsync(bytes, Cancellation);
        bytes.Position = 0;
        return await ZipArchive.CreateAsync(bytes, ZipArchiveMode.Read, leaveOpen: false, entryNameEncoding: null, Cancellation);
    }

    /// <summary>The lines of a file that are not empty.</summary>
    public static string[] Lines(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(zip.GetEntry(name)!.Open());
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
