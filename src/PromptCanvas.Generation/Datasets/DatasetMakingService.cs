using PromptCanvas.Data.Datasets;
using PromptCanvas.Generation.Series;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Datasets;

/// <summary>Goes on with the data sets that are being made.</summary>
internal sealed class DatasetMakingService(DatasetRunner runner, StorageFaults faults, TimeProvider clock, Supervisor supervisor)
    : SeriesService<Dataset>(runner, faults, clock, supervisor);
