using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>Helpers to upload pictures and masks.</summary>
internal static class Uploading
{
    public static async Task<Actor> PersonAsync(this Studio studio, string name = "somebody")
    {
        await using var database = studio.OpenDatabase();
        var person = new Person
        {
            Id = Guid.NewGuid(),
            UserName = name,
            Email = $"{name}@example.com",
            DisplayName = name,
            Role = PersonRoles.Member,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        database.People.Add(person);
        await database.SaveChangesAsync(TestContext.Current.CancellationToken);
        return new Actor(person.Id, PersonRoles.Member);
    }

    public static async Task<Guid> UploadAsync(this Studio studio, Actor actor, RgbImage picture)
    {
        using var file = new MemoryStream(PngEncoder.Encode(picture));
        var result = await studio.Get<IUploads>().AddAsync(actor, file, TestContext.Current.CancellationToken);
        Assert.True(result.TryGet(out var upload, out var refusal), refusal?.Message);
        return upload.Id;
    }

    /// <summary>Black where pixels are regenerated.</summary>
    public static RgbImage MaskPicture(int width, int height, Func<int, int, bool> painted)
    {
        var bytes = new byte[RgbImage.Channels * width * height];
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            bytes.AsSpan(pixel * RgbImage.Channels, RgbImage.Channels).Fill(painted(pixel % width, pixel / width) ? (byte)0 : byte.MaxValue);
        }

        return new RgbImage(width, height, bytes);
    }

    /// <summary>The pixels of a finished picture.</summary>
    public static async Task<RgbImage> PictureAsync(this Studio studio, Guid imageId)
    {
        await using var content = (await studio.Get<IPictureStore>().OpenContentAsync(imageId, TestContext.Current.CancellationToken))!.Stream;
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        return PictureDecoder.Decode(bytes.ToArray());
    }
}
