using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Cluster.Storage;

/// <summary>Objects of a bucket.</summary>
/// <param name="prefix">Begins the names of this studio's objects.</param>
internal sealed class S3Objects(IAmazonS3 client, string bucket, string prefix) : IObjectStore, IDisposable
{
    /// <summary>Most objects that one call lists.</summary>
    internal int PageSize { get; set; } = 1000;

    public async Task<string?> RefusalAsync(CancellationToken cancellationToken)
    {
        try
        {
            await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, Prefix = prefix, MaxKeys = 1 }, cancellationToken);
            return null;
        }
        catch (AmazonS3Exception fault) when (fault.StatusCode is HttpStatusCode.NotFound)
        {
            return $"The store has no bucket {bucket}; create it, or correct the setting {S3Options.Section}:Bucket.";
        }
        catch (AmazonS3Exception fault) when (fault.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
        {
            return $"The store refuses the keys of the bucket {bucket} ({fault.ErrorCode}); correct {S3Options.Section}:AccessKey and {S3Options.Section}:SecretKey.";
        }
        catch (Exception fault) when (IsAway(fault))
        {
            return null;
        }
    }

    public Task WriteAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        using var body = new MemoryStream(bytes.ToArray(), writable: false);
        await client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket,
                Key = prefix + name,
                InputStream = body,
                AutoCloseStream = false,

                // Older stores keep the frames of a chunked body as content.
                UseChunkEncoding = false,
            },
            cancellationToken);
        return true;
    });

    public Task<bool> ReadAsync(string name, Stream target, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        try
        {
            using var answer = await client.GetObjectAsync(bucket, prefix + name, cancellationToken);
            await answer.ResponseStream.CopyToAsync(target, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception fault) when (IsMissing(fault))
        {
            return false;
        }
    });

    public Task<StoredObject?> FindAsync(string name, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        try
        {
            var found = await client.GetObjectMetadataAsync(bucket, prefix + name, cancellationToken);
            return new StoredObject(name, TimeOf(found.LastModified), found.ContentLength);
        }
        catch (AmazonS3Exception fault) when (IsMissing(fault))
        {
            return null;
        }
    });

    public async IAsyncEnumerable<StoredObject> ListAsync(string start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix + start, MaxKeys = PageSize };
        bool isPartial;
        do
        {
            var page = await TryAsync(() => client.ListObjectsV2Async(request, cancellationToken));
            foreach (var found in page.S3Objects ?? [])
            {
                yield return new StoredObject(found.Key[prefix.Length..], TimeOf(found.LastModified), found.Size ?? 0);
            }

            request.ContinuationToken = page.NextContinuationToken;
            isPartial = page.IsTruncated is true;
        }
        while (isPartial);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => TryAsync(async () =>
    {
        await client.DeleteObjectAsync(bucket, prefix + name, cancellationToken);
        return true;
    });

    public void Dispose() => client.Dispose();

    private static bool IsMissing(AmazonS3Exception fault) => fault.StatusCode == HttpStatusCode.NotFound && fault.ErrorCode is not "NoSuchBucket";

    // The SDK's own exceptions, those of the line, and its time-outs.
    private static bool IsAway(Exception fault) => fault is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException
        or TaskCanceledException { InnerException: TimeoutException };

    private static async Task<T> TryAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception fault) when (fault is not ObjectStoreException && IsAway(fault))
        {
            throw new ObjectStoreException($"The picture store cannot be used now ({Reason(fault)}); try again in a moment.", fault);
        }
    }

    private static string Reason(Exception fault) => fault is AmazonS3Exception { ErrorCode: { Length: > 0 } code } ? code : "no answer";

    private static DateTimeOffset TimeOf(DateTime? written) => written is { } time ? new DateTimeOffset(time.ToUniversalTime()) : DateTimeOffset.MaxValue;
}
