using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>OpenAI's DALL·E 2 API: clients written for it only change the base URL and the key.</summary>
internal static class OpenAiEndpoints
{
    // The release date of the DALL·E 2 API.
    private const long Created = 1_667_433_600;

    private static readonly TimeSpan PreflightAge = TimeSpan.FromHours(1);

    private static readonly string[] Paths = ["/images/generations", "/images/edits", "/images/variations", "/models"];

    public static void AddOpenAi(this IServiceCollection services)
    {
        services.AddSettings<OpenAiOptions>(OpenAiOptions.Section);
        services.AddCors();
        services.AddSingleton<ModelNames>();
        services.AddSingleton<UnreadPrompt>();
        services.AddSingleton<ImageRequests>();
        services.AddSingleton<ImageOperations>();
        services.AddSingleton<ImageJobs>();
        services.AddSingleton<WaitingClients>();
        services.AddHostedService<AbandonedJobs>();
        services.AddSingleton<JobWait>();
        services.AddSingleton<PictureBytes>();
        services.AddSingleton<SignedPictures>();
        services.AddSingleton<ImageAnswers>();
        services.AddSingleton<ImageStream>();
    }

    public static void UseOpenAi(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<IOptions<OpenAiOptions>>().Value.CrossOrigin)
        {
            // Only API keys are accepted, which browsers do not send automatically.
            app.UseCors(any => any.AllowAnyOrigin().AllowAnyHeader().AllowAnyMethod().WithExposedHeaders(OpenAiErrorMiddleware.Headers).SetPreflightMaxAge(PreflightAge));
        }

        app.UseMiddleware<OpenAiErrorMiddleware>();
    }

    /// <summary>Tells programs that use an address outside the API the right one, instead of redirecting them to the sign-in page. Browsers send cookies, programs do not.</summary>
    public static void UseBaseAddressHint(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var isLost = ApiKeyHandler.IsGivenTo(context.Request) && context.Request.Headers.Cookie.Count == 0 && !RequestClass.IsProgram(context) && context.User.Identity is not { IsAuthenticated: true }
            && context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null;
        if (!isLost)
        {
            return next(context);
        }

        OpenAiErrorMiddleware.WriteRequestId(context.Response);
        return OpenAiFaults.UnknownAddress(context.Request).WriteAsync(context);
    });

    /// <summary>Records the remaining allowance when the request is admitted, because it refills while the picture is made.</summary>
    public static void UseOpenAiAllowance(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Features.Set(context.RequestServices.GetRequiredService<RateLimits>().StatusOf(context));
        return next(context);
    });

    public static void MapOpenAi(this IEndpointRouteBuilder app)
    {
        // Only API keys are accepted here, so cross-site requests with a cookie have no effect.
        var v1 = app.MapGroup("/v1").DisableAntiforgery();
        v1.MapPost("/images/generations", context => AnswerAsync(JobKinds.Generate, context)).RequireAuthorization(Policies.Generate)
            .WithMetadata(new RequestSizeLimitAttribute(UnreadBody.LargestAnswered));
        v1.MapPost("/images/edits", context => AnswerAsync(JobKinds.Edit, context)).RequireAuthorization(Policies.Edit)
            .WithMetadata(new RequestSizeLimitAttribute(UnreadBody.LargestAnswered));
        v1.MapPost("/images/variations", context => AnswerAsync(JobKinds.Vary, context)).RequireAuthorization(Policies.Vary)
            .WithMetadata(new RequestSizeLimitAttribute(UnreadBody.LargestAnswered));
        v1.MapGet("/models", ListModels);
        v1.MapGet("/models/{model}", FindModel);
        v1.MapSignedPictures();
        v1.Map("/{**path}", Unknown).AllowAnonymous();
    }

    // Pages have a fallback route; unknown API paths get OpenAI's error format.
    private static RefusedAnswer Unknown(HttpContext context) => new(
        Array.Exists(Paths, path => context.Request.Path.Equals("/v1" + path)) ? OpenAiFaults.NotAllowed(context.Request) : OpenAiFaults.UnknownAddress(context.Request));

    private static async Task AnswerAsync(string kind, HttpContext context)
    {
        if ((await MakeAsync(kind, context)).Refusal is { } refusal)
        {
            await new RefusedAnswer(refusal).ExecuteAsync(context);
        }
    }

    private static async Task<Result> MakeAsync(string kind, HttpContext context)
    {
        var services = context.RequestServices;
        if (!(await services.GetRequiredService<ImageRequests>().ReadAsync(kind, context.Request, context.RequestAborted)).TryGet(out var request, out var invalid))
        {
            return invalid;
        }

        if (!(await services.GetRequiredService<ImageJobs>().StartAsync(request, context)).TryGet(out var jobId, out var refusal))
        {
            return refusal;
        }

        try
        {
            services.GetRequiredService<UnreadPrompt>().Write(request, context.Response);
            FirstFrame.Write(request, context.Response);
            if (!request.Streams)
            {
                return await services.GetRequiredService<ImageAnswers>().WriteAsync(request, jobId, context.User.ToActor(), context);
            }

            await services.GetRequiredService<ImageStream>().WriteAsync(request, jobId, context.User.ToActor(), context);
            return Result.Done;
        }
        finally
        {
            await services.GetRequiredService<WaitingClients>().LeaveAsync(jobId, context, services.GetRequiredService<JobWait>().GraceOf(context));
        }
    }

    private static JsonHttpResult<ModelList> ListModels(ModelNames models) =>
        TypedResults.Json(new ModelList("list", [.. models.All.Select(Describe)]));

    private static Results<JsonHttpResult<ModelBody>, RefusedAnswer> FindModel(string model, ModelNames models) =>
        models.Exists(model)
            ? TypedResults.Json(Describe(model))
            : new RefusedAnswer(OpenAiFaults.UnknownModel(model));

    private static ModelBody Describe(string model) => new(model, "model", Created, "promptcanvas");

    private sealed record ModelList(string Object, IReadOnlyList<ModelBody> Data);

    private sealed record ModelBody(string Id, string Object, long Created, [property: JsonPropertyName("owned_by")] string OwnedBy);
}
