using System.Security.Cryptography;
using System.Text;
using PromptCanvas.Cluster.Live;
using PromptCanvas.Generation.Live;
using StackExchange.Redis;

namespace PromptCanvas.Cluster.Limits;

/// <summary>Token buckets in Redis. While Redis is absent or slow, nodes count alone and ask again every few seconds.</summary>
/// <remarks>A bucket is one number, the time at which it is full again, and expires at that time: generic cell rate algorithm (ITU-T I.371).
/// Names contain addresses and e-mail addresses, so keys are their hashes.</remarks>
internal sealed class RedisBuckets(RedisConnection redis, string prefix, TimeProvider clock) : ISharedBuckets
{
    // Microseconds by the server's clock, which all nodes share. %.0f, because Lua would write them with 14 digits only.
    private const string Script = """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local size, each, waiting = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local full = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
        local wait = full + each - now - size * each
        local taken = wait <= waiting * each
        if taken then
          full = full + each
          redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
        else
          wait = wait - waiting * each
        end
        return { taken and 1 or 0, math.ceil(math.max(0, wait)), math.floor(math.max(0, size - (full - now) / each)) }
        """;

    // A request waits this long for an answer once, and not again until the rest is over.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);

    private long restsUntil = long.MinValue;

    public bool IsShared => true;

    public bool IsUp => redis.Database is not null && !Rests;

    private bool Rests => clock.GetTimestamp() < Volatile.Read(ref restsUntil);

    public async ValueTask<SharedToken?> TakeAsync(SharedBucket bucket, CancellationToken cancellationToken)
    {
        if (Rests || redis.Database is not { } database)
        {
            return null;
        }

        var asked = database.ScriptEvaluateAsync(
            Script, [KeyOf(bucket.Name)], [bucket.Size, (bucket.Period / bucket.Size).TotalMicroseconds, bucket.Waiting]);
        try
        {
            var answer = (long[])(await asked.WaitAsync(Patience, clock, cancellationToken))!;
            return new SharedToken(answer[0] == 1, TimeSpan.FromMicroseconds(answer[1]), (int)answer[2]);
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException)
        {
            // A late failure of the abandoned call is expected, too.
            _ = asked.ContinueWith(late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            Volatile.Write(ref restsUntil, clock.GetTimestamp() + (long)(Rest.TotalSeconds * clock.TimestampFrequency));
            return null;
        }
    }

    private RedisKey KeyOf(string name) => $"{prefix}:bucket:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}";
}
