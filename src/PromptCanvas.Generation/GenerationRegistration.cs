using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Live;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Generation.Settings;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation;

public static class GenerationRegistration
{
    /// <summary>Registers queue, worker, image store and preview bus.</summary>
    /// <remarks>The host adds <see cref="IEngineProvider"/> and an <c>IDbContextFactory&lt;AppDbContext&gt;</c> for
    /// <see cref="ChooseDatabase"/>, and calls <see cref="GenerationStartup.PrepareGenerationAsync"/> before it runs.</remarks>
    /// <param name="contentRoot">The folder against which relative folders are resolved.</param>
    public static IServiceCollection AddGeneration(this IServiceCollection services, IConfiguration configuration, string contentRoot)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentException.ThrowIfNullOrWhiteSpace(contentRoot);
        services.AddSettings<DataOptions>(DataOptions.Section);
        services.AddSettings<DatabaseOptions>(DatabaseOptions.Section);
        services.AddSettings<ModelsOptions>(ModelsOptions.Section);
        services.AddSettings<ProvenanceOptions>(ProvenanceOptions.Section);
        services.AddSettings<GenerationOptions>(GenerationOptions.Section);
        services.AddSettings<StudioOptions>(StudioOptions.Section);
        services.TryAddSingleton<ILiveLine, LocalLine>();
        services.TryAddSingleton<ISharedBuckets, NoSharedBuckets>();
        services.AddCredits(configuration);
        services.TryAddSingleton(configuration);
        AddStoredSettings(services, configuration);
        services.AddSingleton(provider => new DataFolder(contentRoot, provider.GetRequiredService<IOptions<DataOptions>>().Value.Folder));
        services.AddSingleton<DataFolderLock>();
        AddBlobs(services);
        services.AddSingleton<PictureForms>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<ISigningKeys>(provider => provider.GetRequiredService<SigningKeys>());
        services.AddSingleton<PictureSigning>();
        services.AddSingleton<IPictureStore, PictureStore>();
        services.AddSingleton<StorageFaults>();
        services.AddSingleton<IDiskSpace, DiskSpace>();
        services.AddSingleton<DiskReserve>();
        services.AddSingleton<StoredPictures>();
        services.AddSingleton<UploadSpool>();
        services.AddSingleton<StageFiles>();
        services.AddSingleton<Orphans>();
        services.AddSingleton<Trash>();
        services.AddSingleton<ExpiredDrafts>();
        services.AddSingleton<IPersonExport, PersonExport>();
        services.AddSingleton<IPersonRemoval, PersonRemoval>();
        services.AddSingleton<ITrash>(services => services.GetRequiredService<Trash>());
        services.AddSingleton<DiskQuota>();
        services.AddSingleton<IDiskQuota>(provider => provider.GetRequiredService<DiskQuota>());
        services.AddSingleton<UsedUploads>();
        services.AddSingleton<UploadReader>();
        services.AddSingleton<UploadStorage>();
        services.AddSingleton<Uploads>();
        services.AddSingleton<IUploads>(provider => provider.GetRequiredService<Uploads>());
        services.AddSingleton<IUploadQueries, UploadQueries>();
        services.AddSingleton<ISquareUploads, SquareUploads>();
        services.AddSingleton(new Failpoints(Environment.GetEnvironmentVariable(Failpoints.Variable)));
        AddNodes(services);
        AddJobs(services);
        AddWorker(services);
        services.AddSeries();
        return services;
    }

    /// <summary>Registers people's credits, for hosts with the database but without the queue.</summary>
    public static void AddCredits(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(configuration);
        services.AddSettings<QuotaOptions>(QuotaOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Transactions>();
        services.AddSingleton<Ledger>();
        services.AddSingleton<PictureOutcomes>();
        services.AddSingleton<ICredits, CreditService>();
    }

    /// <summary>The database named by the configuration.</summary>
    public static DatabaseChoice ChooseDatabase(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return new DatabaseChoice(
            services.GetRequiredService<IOptions<DatabaseOptions>>().Value.Provider,
            ConnectionStringSetting.Read(services.GetRequiredService<IConfiguration>()),
            services.GetRequiredService<DataFolder>().DatabaseFile);
    }

    private static void AddBlobs(IServiceCollection services)
    {
        services.TryAddSingleton(new SharedStorage(Store: null, CopiesMegabytes: 0));
        services.AddSingleton<BlobStore>();
        services.AddSingleton<LocalCopies>();
        services.AddSingleton<IBlobStore>(provider => provider.GetRequiredService<SharedStorage>() is { Store: { } objects }
            ? new SharedBlobStore(
                provider.GetRequiredService<BlobStore>(), objects, provider.GetRequiredService<LocalCopies>(), provider.GetRequiredService<ILogger<SharedBlobStore>>())
            : provider.GetRequiredService<BlobStore>());
    }

    private static void AddStoredSettings(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(StoredSettingsSource.Of(configuration));
        services.AddSingleton<SettingRows>();
        services.AddSingleton<StoredSettings>();
        services.AddSingleton<IStoredSettings>(provider => provider.GetRequiredService<StoredSettings>());
        services.AddHostedService<SettingsRefresh>();
    }

    private static void AddJobs(IServiceCollection services)
    {
        services.AddSingleton<JobFeed>();
        services.AddSingleton<IJobFeed>(provider => provider.GetRequiredService<JobFeed>());
        services.AddSingleton<PreviewLink>();
        services.AddSingleton<PreviewBus>();
        services.AddSingleton<IPreviewBus>(provider => provider.GetRequiredService<PreviewBus>());
        services.AddSingleton<PreviewPace>();
        services.AddSingleton<PreviewPublisher>();
        services.AddSingleton<QueueSignal>();
        services.AddSingleton<RunningJobs>();
        services.AddSingleton<PictureTimes>();
        services.AddSingleton<OwnPictures>();
        services.AddSingleton<ITrialTimes>(provider => provider.GetRequiredService<OwnPictures>());
        services.AddSingleton<FirstEstimates>();
        services.AddSingleton<WorkSpeeds>();
        services.AddSingleton<QueueForecast>();
        services.AddSingleton<JobSignals>();
        services.AddSingleton<JobEvents>();
        services.AddSingleton<Admission>();
        services.AddSingleton<EmbeddingIndex>();
        services.AddSingleton<ISearchMemory>(provider => provider.GetRequiredService<EmbeddingIndex>());
        services.AddHostedService<SearchSweep>();
        services.AddSingleton<ITextEmbedder, EngineTextEmbedder>();
        services.AddSingleton<PictureLibrary>();
        services.AddSingleton<ILibrary>(services => services.GetRequiredService<PictureLibrary>());
        services.AddSingleton<IPictureTimeline>(services => services.GetRequiredService<PictureLibrary>());
        services.AddSingleton<ComputeBudget>();
        services.AddSingleton<BlendPreviewTurns>();
        services.AddSingleton<InstantDrawings>();
        services.AddSingleton<EmbeddingCache>();
        services.AddSingleton<InstantEmbeddings>();
        services.AddSingleton<IBlendPreviews, BlendPreviews>();
        services.AddSingleton<IStyleMaking, StyleMaking>();
        services.AddSingleton<IStylePreviews, StylePreviews>();
        services.AddSingleton<ProvenanceSources>();
        services.AddSingleton<PictureCaptions>();
        services.AddSingleton<IPictureProvenance, PictureProvenance>();
        services.AddSingleton<IFamily, FamilyTree>();
        services.AddSingleton<IBoards, PictureBoards>();
        services.AddSingleton<ActLog>();
        services.AddSingleton<PictureStyles>();
        services.AddSingleton<IStyles>(provider => provider.GetRequiredService<PictureStyles>());
        services.AddSingleton<IFilterOptions, FilterOptions>();
        services.AddSingleton<IComments, PictureComments>();
        services.AddSingleton<IBundles, Bundles>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<CancellationStore>();
        services.AddSingleton<IResponseDelivery, ResponseDelivery>();
        services.AddSingleton<StorageFaultGuard>();
        services.AddSingleton<InputPictures>();
        services.AddSingleton<DraftRequests>();
        services.AddSingleton<StyleRequests>();
        services.AddSingleton<CompleteRequests>();
        services.TryAddSingleton<AuditLog>();
        services.AddSingleton<SafetyRuleService>();
        services.AddSingleton<PromptGuard>();
        services.AddSingleton<ImageSafetyFilters>();
        services.AddSingleton<ISafetyRules, SafetyRules>();
        services.AddSingleton<RequestChecks>();
        services.AddSingleton<IJobQueries, JobQueries>();
        services.AddSingleton<QueueBoard>();
        services.AddSingleton<IQueueBoard>(provider => provider.GetRequiredService<QueueBoard>());
        services.AddSingleton<IPictureQueries, PictureQueries>();
        services.AddSingleton<ISubmissions, Submissions>();
        services.AddSingleton<ICancellations, Cancellations>();
        services.AddSingleton<IQueueAdmin, QueueAdmin>();
    }

    private static void AddNodes(IServiceCollection services)
    {
        services.AddSingleton<StudioClock>();
        services.AddSingleton<ClockComparison>();
        services.AddSingleton<ThisNode>();
        services.AddSingleton<NodeRows>();
        services.AddSingleton<NodeNews>();
        services.AddSingleton<Fleet>();
        services.AddSingleton<FleetReader>();
        services.AddSingleton<NodeDescription>();
        services.AddSingleton<NodeFleet>();
        services.AddSingleton<IMachines, Machines>();
        services.AddSingleton<NodeReports>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeReports>());
    }

    private static void AddWorker(IServiceCollection services)
    {
        services.AddSingleton<BackgroundFaults>();
        services.AddSingleton<UnobservedFaults>();
        services.AddSingleton<SchemaGuard>();
        services.AddSingleton<ProcessExit>();
        services.AddSingleton<DatabaseReturn>();
        services.AddSingleton<Supervisor>();
        services.AddSingleton<LeftoverFiles>();
        services.AddSingleton<JobClaims>();
        services.AddSingleton<JobProgress>();
        services.AddSingleton<ClaimOrder>();
        services.AddSingleton<ClaimScopes>();
        services.AddSingleton<ModelAffinity>();
        services.AddSingleton<IUploadCaptions, UploadCaptions>();
        services.AddSingleton<HeldLeases>();
        services.AddSingleton<LeaseRecoveryRules>();
        services.AddSingleton<LostJobs>();
        services.AddSingleton<LeaseRecovery>();
        services.AddSingleton<CrashBudget>();
        services.AddSingleton<Heartbeat>();
        services.AddSingleton<EngineProgress>();
        services.AddSingleton<ProcessEnd>();
        services.AddSingleton<WorkerPause>();
        AddAttempts(services);
        services.AddSingleton<WorkerCapacity>();
        services.AddHostedService<JobSignalService>();
        services.AddHostedService<PreviewWatchService>();
        services.AddHostedService<PictureTimesService>();
        services.AddServiceOfWorkers<GenerationWorker>();
        services.AddServiceOfWorkers<HeartbeatThread>();
        services.AddServiceOfWorkers<Watchdog>();
        services.AddServiceOfWorkers<SchemaWatch>();
        services.AddHostedService<LeaseRecoveryService>();
        services.AddHostedService<OrphanSweep>();
        services.AddHostedService<DraftSweep>();
        services.AddHostedService<DiskWatch>();
        services.AddSingleton<QueueNews>();
        services.AddHostedService(provider => provider.GetRequiredService<QueueNews>());
    }

    private static void AddAttempts(IServiceCollection services)
    {
        services.AddSingleton<PictureFiles>();
        services.AddSingleton<PictureSaver>();
        services.AddSingleton<OutcomeWrites>();
        services.AddSingleton<PictureRejection>();
        services.AddSingleton<PictureFinalizer>();
        services.AddSingleton<StageCheckpoints>();
        services.AddSingleton<EngineRequestBuilder>();
        services.AddSingleton<EngineEvents>();
        services.AddSingleton<JobAttempt>();
        services.AddSingleton<AttemptRecords>();
        services.AddSingleton<JobRunner>();
    }
}
