namespace PromptCanvas.Web.Features.Queue;

/// <summary>What administration of the queue is made of.</summary>
internal static class QueueRegistration
{
    public static void AddQueueAdministration(this IServiceCollection services) => services.AddScoped<QueueAdministration>();
}
