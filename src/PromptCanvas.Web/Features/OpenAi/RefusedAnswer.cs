namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>The answer of a refused request: <see cref="OpenAiErrorMiddleware"/> maps the refusal and writes it.</summary>
internal sealed class RefusedAnswer(Refusal refusal) : IResult
{
    public Refusal Refusal => refusal;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Features.Set(this);
        return Task.CompletedTask;
    }
}
