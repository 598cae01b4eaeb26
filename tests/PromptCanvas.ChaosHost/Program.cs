using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PromptCanvas.ChaosHost;
using PromptCanvas.Generation;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Migrations;

// Studio without the web layer, in a process that tests may kill. Settings come from environment variables, commands from standard input:
//   submit KEY PERSON COUNT PROMPT…   →  ok ID | refused TYPE MESSAGE
//   cancel ID                         →  ok ID | refused TYPE MESSAGE
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
var step = TimeSpan.FromMilliseconds(builder.Configuration.GetValue("Chaos:StepMilliseconds", 5));
builder.Services
    .AddSingleton<IEngineProvider>(new ChaosEngine(step, builder.Configuration["Chaos:KillersWaitFor"]))
    .AddGeneration(builder.Configuration, builder.Environment.ContentRootPath)
    .AddAppDatabase(GenerationRegistration.ChooseDatabase);
builder.Services.ConfigureDbContext<SqliteAppDbContext>(Configure).ConfigureDbContext<PostgreSqlAppDbContext>(Configure);
using var host = builder.Build();
try
{
    await host.Services.PrepareGenerationAsync();
}
catch (StartupException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 1;
}

await host.StartAsync();
await Console.Out.WriteLineAsync("ready");
var orders = Task.Run(async () =>
{
    while (await Console.In.ReadLineAsync() is { } line)
    {
        await Console.Out.WriteLineAsync(await ObeyAsync(host.Services, line.Split(' ', 5)));
    }

    // Standard input closed: the parent process has ended.
    host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
});
await host.WaitForShutdownAsync();
return 0;

void Configure(DbContextOptionsBuilder options)
{
    options.AddInterceptors(new MigrationFault(builder.Configuration["Chaos:KillAt"], builder.Configuration["Chaos:HoldAt"], builder.Configuration["Chaos:Mark"]));
    if (builder.Configuration.GetValue("Chaos:LaterBuild", false))
    {
        options.ReplaceService<IMigrationsAssembly, LaterBuild>();
    }
}

static async Task<string> ObeyAsync(IServiceProvider services, string[] words)
{
    if (words is ["submit", var key, var person, var count, var prompt])
    {
        var submitted = await services.GetRequiredService<ISubmissions>().SubmitAsync(
            new NewJob
            {
                IdempotencyKey = key,
                PersonId = Guid.Parse(person),
                Count = int.Parse(count, CultureInfo.InvariantCulture),
                Prompt = prompt,
                Size = 64,
                Seed = 7,
            },
            CancellationToken.None);
        return submitted.TryGet(out var id, out var refusal) ? $"ok {id}" : $"refused {refusal.GetType().Name} {refusal.Message}";
    }

    var cancelled = await services.GetRequiredService<ICancellations>().CancelAbandonedAsync(Guid.Parse(words[1]), CancellationToken.None);
    return cancelled.TryGet(out var job, out var refused) ? $"ok {job.Id}" : $"refused {refused.GetType().Name} {refused.Message}";
}
