using System.Net;
using System.Reflection;
using System.Threading.Channels;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

using PromptCanvas.Data;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Web.HandOver;
using PromptCanvas.Web.Hosting;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Hosting;

/// <summary>No exception of a background service ends the process.</summary>
public sealed class SupervisionTests
{
    // They run once during the start of the host or not at all; their exceptions fail the start.
    private static readonly Type[] StartOnly = [typeof(VolumeNotice), typeof(IdleService)];

    private static readonly Assembly[] Ours = [typeof(Program).Assembly, typeof(Supervisor).Assembly];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Services => new(ServiceTypes().Where(typeof(SupervisedService).IsAssignableFrom).Select(type => type.FullName!));

    [Fact]
    public void EveryHostedService_IsSupervised()
    {
        Assert.NotEmpty(Services);
        Assert.Equal(StartOnly, ServiceTypes().Where(type => !typeof(SupervisedService).IsAssignableFrom(type)));
        Assert.DoesNotContain(StartOnly, type => typeof(BackgroundService).IsAssignableFrom(type));
    }

    [Fact]
    public async Task EveryHostedService_OfTheStudio_IsOneOfThese()
    {
        await using var studio = new Studio();
        var ours = studio.Services.GetServices<IHostedService>().Select(service => service.GetType()).Where(type => Ours.Contains(type.Assembly));

        Assert.Equal(ServiceTypes().Select(type => type.Name).Order(), ours.Select(type => type.Name).Order());
    }

    /// <summary>Everything that the service uses is missing, its clock included.</summary>
    [Theory]
    [MemberData(nameof(Services))]
    public async Task EveryHostedService_ThatThrowsInside_IsCountedAndGoesOn(string name)
    {
        var type = Ours.Select(assembly => assembly.GetType(name)).OfType<Type>().Single();
        var clock = new FakeTimeProvider();
        var (supervisor, exit, _) = Supervise(clock);
        using var service = Broken(type, supervisor);
        await service.StartAsync(Cancellation);
        if (service is IHostedLifecycleService lifecycle)
        {
            await lifecycle.StartedAsync(Cancellation);
        }

        await UntilAsync(() => supervisor.Faults.Counts.Values.Sum() >= BackgroundFaults.IllAfter, () =>
        {
            SendNothing(service);
            clock.Advance(Supervisor.LongestPause);
        });

        Assert.False(service.ExecuteTask!.IsCompleted);
        Assert.Equal(0, exit.Code);
        Assert.Equal([type.Name], supervisor.Faults.Ill);
        await service.StopAsync(Cancellation);
        Assert.True(service.ExecuteTask.IsCompletedSuccessfully);
    }

    [Fact]
    public void PauseAfter_Failures_GrowsToAMinute() =>
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], Enumerable.Range(1, 9).Select(row => Supervisor.PauseAfter(row).TotalSeconds));

    [Fact]
    public async Task RunAsync_ThatWorksAgain_IsWell()
    {
        var clock = new FakeTimeProvider();
        var (supervisor, _, _) = Supervise(clock);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var tries = 0;
        var loop = supervisor.RunAsync("test", async token =>
        {
            if (++tries <= BackgroundFaults.IllAfter)
            {
                throw new InvalidOperationException("a test");
            }

            supervisor.Faults.Worked("test");
            await Task.Delay(Timeout.Infinite, token);
        }, stopping.Token);

        await UntilAsync(() => supervisor.Faults.Ill.Count > 0, () => clock.Advance(TimeSpan.FromMilliseconds(100)));
        await UntilAsync(() => supervisor.Faults.Ill.Count == 0, () => clock.Advance(Supervisor.LongestPause));
        Assert.Equal(3, supervisor.Faults.Counts["test"]);
        await stopping.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task Ready_AfterThreeFailuresInARow_Is503_UntilItWorksAgain()
    {
        await using var studio = new Studio();
        using var client = studio.ClientOf(null);
        var faults = studio.Services.GetRequiredService<BackgroundFaults>();
        for (var failure = 1; failure <= BackgroundFaults.IllAfter; failure++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/ready"));
            faults.Failed("Test", new InvalidOperationException("a test"));
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(client, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/live"));
        faults.Worked("Test");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/ready"));
    }

    [Fact]
    public async Task Ready_WhileTheStudioStops_Is404()
    {
        await using var studio = new Studio
        {
            Change = services => services.AddHealthChecks().AddCheck("leaving", () => HealthCheckResult.Degraded()),
        };
        using var client = studio.ClientOf(null);
        using var lifetime = new Lifetime();
        var health = new BackgroundHealth(new BackgroundFaults(NullLogger<BackgroundFaults>.Instance), studio.Services.GetRequiredService<Drain>(), lifetime);

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, "/health/ready"));
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(new HealthCheckContext(), Cancellation)).Status);
        lifetime.StopApplication();
        Assert.Equal(HealthStatus.Degraded, (await health.CheckHealthAsync(new HealthCheckContext(), Cancellation)).Status);
    }

    [Fact]
    public async Task Database_ThatANewerVersionChanged_EndsTheProcessWithACode()
    {
        await using var studio = new Studio();
        await studio.ChangeSchemaAsync();
        var clock = new FakeTimeProvider();
        var (supervisor, exit, lifetime) = Supervise(clock, studio.Services.GetRequiredService<SchemaGuard>());
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var loop = supervisor.RunAsync("test", _ => throw new InvalidOperationException("no such column"), stopping.Token);
        await UntilAsync(() => lifetime.ApplicationStopping.IsCancellationRequested, () => clock.Advance(Supervisor.LongestPause));

        Assert.Equal(ProcessExit.Fault, exit.Code);
        await stopping.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task ExitCode_AfterALibrarysServiceFailed_IsNotZero()
    {
        await using var failed = new ServiceCollection().AddSingleton(Exit()).AddSingleton<IHostedService, Failing>().BuildServiceProvider();
        await using var well = new ServiceCollection().AddSingleton(Exit()).BuildServiceProvider();
        var service = (BackgroundService)failed.GetRequiredService<IHostedService>();
        await service.StartAsync(Cancellation);
        await service.ExecuteTask!.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.Equal(ProcessExit.Fault, StudioHost.ExitCodeOf(failed));
        Assert.Equal(0, StudioHost.ExitCodeOf(well));
        well.GetRequiredService<ProcessExit>().Leave("a test");
        Assert.Equal(ProcessExit.Fault, StudioHost.ExitCodeOf(well));
    }

    [Fact]
    public async Task Run_OfWorkThatNothingWaitsFor_ReportsItsException()
    {
        var faults = new BackgroundFaults(NullLogger<BackgroundFaults>.Instance);
        faults.Run("later", () => throw new InvalidOperationException("a test"));
        faults.Guard("now", () => throw new InvalidOperationException("a test"));
        await UntilAsync(() => faults.Counts.Count == 2, () => { });

        Assert.Equal((1, 1), (faults.Counts["later"], faults.Counts["now"]));
        Assert.Empty(faults.Ill);
    }

    private static IEnumerable<Type> ServiceTypes() => Ours.SelectMany(assembly => assembly.GetTypes())
        .Where(type => typeof(IHostedService).IsAssignableFrom(type) && type is { IsAbstract: false, IsClass: true });

    private static ProcessExit Exit(IHostApplicationLifetime? lifetime = null) => new(NullLogger<ProcessExit>.Instance, lifetime);

    private static (Supervisor Supervisor, ProcessExit Exit, Lifetime Lifetime) Supervise(TimeProvider clock, SchemaGuard? schema = null)
    {
        var lifetime = new Lifetime();
        var exit = Exit(lifetime);
        var faults = new BackgroundFaults(NullLogger<BackgroundFaults>.Instance);
        return (new Supervisor(faults, schema ?? new SchemaGuard(new NoDatabase()), new DatabaseReturn(new NoDatabase(), new NoFaults(), faults, clock), exit, clock), exit, lifetime);
    }

    private static SupervisedService Broken(Type type, Supervisor supervisor)
    {
        var arguments = type.GetConstructors().Single().GetParameters().Select(parameter =>
            parameter.ParameterType == typeof(Supervisor) ? supervisor : null);
        return (SupervisedService)Activator.CreateInstance(type, [.. arguments])!;
    }

    // A service that waits for something to do gets something that cannot be done.
    private static void SendNothing(SupervisedService service)
    {
        foreach (var field in service.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(field => field.FieldType.IsGenericType && field.FieldType.GetGenericTypeDefinition() == typeof(Channel<>)))
        {
            var writer = field.FieldType.GetProperty(nameof(Channel<int>.Writer))!.GetValue(field.GetValue(service))!;
            writer.GetType().GetMethod(nameof(ChannelWriter<int>.TryWrite))!.Invoke(writer, [null]);
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }

    private static async Task UntilAsync(Func<bool> expected, Action step)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!expected())
        {
            step();
            await Task.Delay(5, patience.Token);
        }
    }

    private sealed class NoDatabase : IDbContextFactory<AppDbContext>
    {
        public AppDbContext CreateDbContext() => throw new TimeoutException("no database");
    }

    private sealed class NoFaults : IDatabaseFaults
    {
        public string? Describe(Exception fault) => null;

        public bool IsFull(Exception fault) => false;

        public bool IsConflict(Exception fault) => false;
    }

    private sealed class Failing : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.FromException(new InvalidOperationException("a test"));
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => stopping.Cancel();

        public void Dispose() => stopping.Dispose();
    }
}
