using PromptCanvas.Data.Bias;
using PromptCanvas.Generation.Series;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Bias;

/// <summary>Goes on with the running bias audits.</summary>
internal sealed class BiasAuditService(BiasRunner runner, StorageFaults faults, TimeProvider clock, Supervisor supervisor)
    : SeriesService<BiasAudit>(runner, faults, clock, supervisor);
