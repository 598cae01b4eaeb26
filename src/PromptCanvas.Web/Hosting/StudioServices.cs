using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using MudBlazor;
using MudBlazor.Services;
using PromptCanvas.Generation;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Migrations;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Components.Gallery;
using PromptCanvas.Web.Components.Layout;
using PromptCanvas.Web.Components.Pictures;
using PromptCanvas.Web.Components.Runs;
using PromptCanvas.Web.Features.Accounts;
using PromptCanvas.Web.Features.Bias;
using PromptCanvas.Web.Features.Blend;
using PromptCanvas.Web.Features.Create;
using PromptCanvas.Web.Features.Datasets;
using PromptCanvas.Web.Features.Jobs;
using PromptCanvas.Web.Features.Machines;
using PromptCanvas.Web.Features.Mcp;
using PromptCanvas.Web.Features.Moderation;
using PromptCanvas.Web.Features.OpenAi;
using PromptCanvas.Web.Features.Operations;
using PromptCanvas.Web.Features.People;
using PromptCanvas.Web.Features.Previews;
using PromptCanvas.Web.Features.Queue;
using PromptCanvas.Web.Features.Sharing;
using PromptCanvas.Web.Features.Usage;
using PromptCanvas.Web.Features.Verify;
using PromptCanvas.Web.HandOver;
using PromptCanvas.Web.Mail;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Hosting;

/// <summary>Registers the application's services.</summary>
internal static class StudioServices
{
    public static WebApplicationBuilder AddStudio(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.WebHost.ConfigureKestrel(server => server.AddServerHeader = false);
        services.AddSingleton<TimeProvider>(provider => provider.GetRequiredService<StudioClock>());
        services.AddRazorComponents().AddInteractiveServerComponents(options =>
        {
            // Pages restore their state from the URL. A circuit is kept only for a short disconnect.
            options.DisconnectedCircuitMaxRetained = 50;
            options.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(2);
        }).AddHubOptions(hub => hub.MaximumReceiveMessageSize = PersistedState.LongestMessage);
        services.AddScoped<IErrorBoundaryLogger, BoundaryLog>();
        services.AddMudServices(options =>
        {
            options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomCenter;
            options.SnackbarConfiguration.PreventDuplicates = true;
            options.SnackbarConfiguration.MaximumOpacity = 100;
            options.SnackbarConfiguration.VisibleStateDuration = 6000;
        });
        services.AddLocalization();
        services.AddTransient<MudLocalizer, MudTexts>();
        services.AddHttpContextAccessor();
        services.AddScoped<CspNonce>();
        services.AddDataProtection().SetApplicationName("PromptCanvas");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, StudioKeys>();
        services.AddSingleton<IKeyManager>(provider => new ClockedKeyManager(ActivatorUtilities.CreateInstance<XmlKeyManager>(provider), provider.GetRequiredService<StudioClock>()));
        services.AddSingleton<IKeyProtection, KeyProtection>();
        services.AddSingleton(_ => Mounts.Here());
        services.AddHostedService<VolumeNotice>();
        services.AddProblemDetails();
        services.AddSingleton<StoreFaults>();
        services.AddSingleton<PageStatus>();
        services.AddSingleton<PatientJobs>();
        services.AddExceptionHandler<RefusedRequests>();

        // Thrown, so that the answer can name the field, in every environment.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database").AddCheck<BackgroundHealth>("background");
        services.ConfigureHttpJsonOptions(options => ConfigureJson(options.SerializerOptions));
        services.AddSingleton<HubFaults>();
        services.AddSignalR(options => options.AddFilter<HubFaults>())
            .AddMessagePackProtocol()
            .AddJsonProtocol(options => ConfigureJson(options.PayloadSerializerOptions));

        // Of this hub only: the pages' circuits rely on one message at a time, in order.
        services.Configure<HubOptions<GenerationHub>>(options =>
        {
            options.MaximumParallelInvocationsPerClient = 8;
            options.AddFilter<HubTexts>();
        });
        services.AddSingleton<HubTexts>();
        services.AddSingleton(provider => new HubStreams(provider.GetRequiredService<StoreFaults>(), provider.GetRequiredService<ILogger<HubStreams>>()));

        StoredSettingsSource.Of(builder.Configuration, isBelow: source => source is FileConfigurationSource);
        services.AddGeneration(builder.Configuration, builder.Environment.ContentRootPath);
        services.AddAppDatabase(GenerationRegistration.ChooseDatabase);
        services.AddStudioSecurity();
        services.AddHandOver();
        services.AddMail();
        services.AddAccounts(builder.Configuration);
        services.AddPeopleAdministration();
        services.AddQueueAdministration();
        services.AddMachineAdministration();
        services.AddModeration();
        services.AddSharing();
        services.AddUsage();
        services.AddBias();
        services.AddDatasets();
        services.AddVerify();
        services.AddOperations(builder.Configuration);
        services.AddOpenAi();
        services.AddMcp();
        services.AddApiDescription();
        services.AddSingleton<TrialDrawing>();
        services.AddSingleton<ModelStatus>();
        services.AddSingleton<IModelStatus>(provider => provider.GetRequiredService<ModelStatus>());
        services.AddHostedService(provider => provider.GetRequiredService<ModelStatus>());
        services.AddScoped<GenerateImagesHandler>();
        services.AddScoped<IPictureMaking>(provider => provider.GetRequiredService<GenerateImagesHandler>());
        services.AddScoped<GalleryWindow>();
        services.AddScoped<LiveCredits>();
        services.AddScoped<PersonCancellations>();
        services.AddSingleton<NoticeWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<NoticeWatch>());
        services.AddSingleton<PictureSharing>();
        services.AddScoped<PictureVerbs>();
        services.AddScoped<PersonRuns>();
        services.AddScoped<CornerNames>();
        services.AddSingleton<PromptIdeas>();
        services.AddSingleton<IPromptIdeas>(provider => provider.GetRequiredService<PromptIdeas>());
        services.AddSingleton<Tour>();
        services.AddSingleton<QueueWatch>();
        services.AddSingleton<JobLook>();
        return builder;
    }

    private static void ConfigureJson(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.Converters.Add(new JsonTexts());
        options.Converters.Add(new JsonElementTexts());
    }
}
