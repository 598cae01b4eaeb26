using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Polly;
using Polly.Retry;

namespace PromptCanvas.ModelHub;

/// <summary>Requests to the hub and to the stores it redirects to. The token goes to the hub's own host only.</summary>
internal sealed partial class HubTransport(HttpMessageInvoker http, HubSettings settings)
{
    private const int MostRedirects = 5;
    private const int MostRepetitions = 8;

    // Somebody waits for a look-up.
    private const int MostRepetitionsOfLookUps = 2;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    // A hub that asks for more is asked again after this time.
    private static readonly TimeSpan LongestRequestedDelay = TimeSpan.FromMinutes(5);

    /// <summary>Repeats what fails in passing, with growing pauses, or the pause that the server asks for.</summary>
    public ResiliencePipeline Downloads { get; } = Repeating(settings, MostRepetitions);

    /// <summary>The same, a few times only.</summary>
    public ResiliencePipeline LookUps { get; } = Repeating(settings, MostRepetitionsOfLookUps);

    private static ResiliencePipeline Repeating(HubSettings settings, int times) => new ResiliencePipelineBuilder { TimeProvider = settings.Clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<PassingFaultException>(),
            MaxRetryAttempts = times,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = settings.FirstDelay,
            MaxDelay = LongestDelay,
            DelayGenerator = attempt => ValueTask.FromResult((attempt.Outcome.Exception as PassingFaultException)?.RetryAfter is { } asked
                ? (TimeSpan?)(asked < LongestRequestedDelay ? asked : LongestRequestedDelay)
                : null),
        })
        .Build();

    /// <summary>Sends one request and follows its redirects.</summary>
    /// <param name="address">An address of the hub.</param>
    /// <param name="what">What is asked for, as messages name it.</param>
    /// <param name="range">The bytes wanted; null = all.</param>
    /// <returns>A response with status 200 or 206; the caller disposes of it.</returns>
    /// <exception cref="ModelHubException">The hub refuses it.</exception>
    /// <exception cref="PassingFaultException">It may succeed at another attempt.</exception>
    public async Task<HttpResponseMessage> SendAsync(Uri address, string what, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendOnceAsync(address, range, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
            {
                return response;
            }

            using (response)
            {
                address = Next(address, response, what);
            }

            if (redirects == MostRedirects)
            {
                throw new ModelHubException($"{what}: the hub redirects more than {MostRedirects} times. Check Models:Hub, now {settings.Address}.");
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(Uri address, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("PromptCanvas", "1.0"));
        request.Headers.Range = range;
        if (settings.Token is { } token && IsHub(address))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(settings.Patience);
        try
        {
            return await http.SendAsync(request, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PassingFaultException($"{address.Host} did not answer for {settings.Patience.TotalSeconds:0} seconds.", inner: fault);
        }
        catch (HttpRequestException fault)
        {
            throw new PassingFaultException($"{address.Host} cannot be reached: {fault.Message.TrimEnd('.')}.", inner: fault);
        }
    }

    /// <summary>The address that a response redirects to.</summary>
    private Uri Next(Uri address, HttpResponseMessage response, string what)
    {
        if (!IsRedirect(response.StatusCode))
        {
            throw Refused(response, what);
        }

        if (response.Headers.Location is not { } location)
        {
            throw new ModelHubException($"{what}: the hub redirects to no address. Check Models:Hub, now {settings.Address}.");
        }

        var next = new Uri(address, location);
        return next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && address.Scheme == Uri.UriSchemeHttp)
            ? next
            : throw new ModelHubException($"{what}: the hub redirects from a protected address to {next.Scheme}://{next.Host}, which is not. Nothing was downloaded from there.");
    }

    private Exception Refused(HttpResponseMessage response, string what)
    {
        var status = (int)response.StatusCode;
        var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.FirstOrDefault() : null;
        if (status is 408 or 429 or >= 500)
        {
            return new PassingFaultException($"the hub answered {status}{(status == 429 ? ", too many requests" : "")}.", WaitOf(response));
        }

        return (status, code) switch
        {
            (401 or 403, "GatedRepo") => new ModelHubException(
                $"{what} is given out only after its terms are accepted: accept them on its page at {settings.Address}, and put a token of that account into the file that Models:HubToken_FILE names."),
            (404, "EntryNotFound") => new ModelHubException($"{what}: the file is not in the repository."),
            (404, "RevisionNotFound") => new ModelHubException($"{what}: there is no such revision. Give a branch, a tag or a commit."),
            (401 or 403 or 404, _) => new ModelHubException(
                $"{what}: the hub {settings.Address.Host} has no such repository, or it is private{(settings.Token is null ? " and needs a token in the file that Models:HubToken_FILE names" : " and the token of Models:HubToken may not read it")} (status {status})."),
            _ => new ModelHubException($"{what}: the hub {settings.Address.Host} answered {status}. Check Models:Hub."),
        };
    }

    /// <summary>How long the server asks to wait, in either of the header's forms; the hub's own limits say it in <c>RateLimit: …;t=SECONDS</c>.</summary>
    private TimeSpan? WaitOf(HttpResponseMessage response)
    {
        var wait = response.Headers.RetryAfter is { } after
            ? after.Delta ?? after.Date - settings.Clock.GetUtcNow()
            : response.Headers.TryGetValues("RateLimit", out var limits) && SecondsLeft().Match(string.Join(',', limits)) is { Success: true } left
                ? TimeSpan.FromSeconds(int.Parse(left.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))
                : null;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private bool IsHub(Uri address) =>
        address.Scheme == settings.Address.Scheme && address.Host == settings.Address.Host && address.Port == settings.Address.Port;

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    [GeneratedRegex(@"\bt=(\d{1,5})\b")]
    private static partial Regex SecondsLeft();
}
