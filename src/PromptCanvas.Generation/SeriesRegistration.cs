using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Generation.Series;

namespace PromptCanvas.Generation;

/// <summary>Registers what makes many pictures in the background: bias audits and data sets.</summary>
internal static class SeriesRegistration
{
    public static void AddSeries(this IServiceCollection services)
    {
        services.AddSingleton<SeriesJobs>();
        services.AddSingleton<SeriesPictures>();
        services.AddSingleton<SeriesActs>();
        services.AddSingleton<SeriesLeases>();
        services.AddSingleton<BiasReports>();
        services.AddSingleton<BiasOrders>();
        services.AddSingleton<BiasCalibration>();
        services.AddSingleton<BiasPictures>();
        services.AddSingleton<BiasRunner>();
        services.AddSingleton<IBiasAudits, BiasAudits>();
        services.AddServiceOfWorkers<BiasAuditService>();
        services.AddSingleton<KeptEmbeddings>();
        services.AddSingleton<DatasetJudge>();
        services.AddSingleton<DatasetLeftovers>();
        services.AddSingleton<DatasetPainting>();
        services.AddSingleton<DatasetPictures>();
        services.AddSingleton<DatasetRunner>();
        services.AddSingleton<DatasetOrders>();
        services.AddSingleton<IDatasetArchives, DatasetArchives>();
        services.AddSingleton<IDatasets, DatasetService>();
        services.AddServiceOfWorkers<DatasetMakingService>();
    }
}
