namespace PromptCanvas.Web.Features.Queue;

/// <summary>Registers the administration of the queue.</summary>
internal static class QueueRegistration
{
    public static void AddQueueAdministration(this IServiceCollection services) => services.AddScoped<QueueAdministration>();
}
