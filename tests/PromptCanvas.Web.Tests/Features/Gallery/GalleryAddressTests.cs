using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Features.Gallery;

namespace PromptCanvas.Web.Tests.Features.Gallery;

public sealed class GalleryAddressTests
{
    private const string Root = "https://studio.example";

    [Fact]
    public void Of_ItsOwnText_IsTheSameAddress()
    {
        var address = new GalleryAddress
        {
            GalleryView = GalleryView.Mine,
            Words = "50% red & blue é",
            ByMeaning = true,
            Like = Guid.NewGuid(),
            Maker = Guid.NewGuid(),
            Kind = JobKinds.Edit,
            From = new DateOnly(2026, 3, 1),
            To = new DateOnly(2026, 3, 31),
            Zone = "Europe/Berlin",
            Board = Guid.NewGuid(),
            MarkedOnly = true,
            WithoutSeries = true,
            OldestFirst = true,
        };

        Assert.Equal(address, GalleryAddress.Of($"{Root}/{address}"));
        Assert.Equal("gallery", new GalleryAddress().ToString());
    }

    [Theory]
    [InlineData("?shelf=77&maker=me&kind=upload&from=tomorrow&to=2026-02-30&zone=Mars/Olympus&board=1&marked=1&like=x&q=%00")]
    [InlineData("?shelf=&maker=&kind=&from=&to=&zone=&board=&marked=&like=&q=++&by=")]
    [InlineData("")]
    public void Of_WhatSaysNothing_IsEverything(string query) =>
        Assert.Equal((new GalleryAddress(), LibraryFilter.Everything), (GalleryAddress.Of($"{Root}/gallery{query}"), GalleryAddress.Of($"{Root}/gallery{query}").ToFilter()));

    // On 29 March 2026 Berlin switches from UTC+1 to UTC+2; that day has 23 hours.
    [Theory]
    [InlineData("zone=Europe/Berlin", 28, 23, 29, 22)]
    [InlineData("zone=America/New_York", 29, 4, 30, 4)]
    [InlineData("", 29, 0, 30, 0)]
    public void ToFilter_OfOneDay_IsThatDayWhereItIsMeant(string zone, int firstDay, int firstHour, int endDay, int endHour)
    {
        var filter = GalleryAddress.Of($"{Root}/gallery?from=2026-03-29&to=2026-03-29&{zone}").ToFilter();

        Assert.Equal(new DateTimeOffset(2026, 3, firstDay, firstHour, 0, 0, TimeSpan.Zero), filter.From);
        Assert.Equal(new DateTimeOffset(2026, 3, endDay, endHour, 0, 0, TimeSpan.Zero), filter.Before);
    }

    [Theory]
    [InlineData("0001-01-01", "9999-12-31")]
    [InlineData("9999-12-31", "0001-01-01")]
    public void ToFilter_AtTheEndsOfTheCalendar_IsAFilter(string from, string to) =>
        Assert.NotNull(GalleryAddress.Of($"{Root}/gallery?from={from}&to={to}&zone=Pacific/Kiritimati").ToFilter().From);

    [Fact]
    public void WithoutFilters_KeepsShelfAndSearch()
    {
        var address = GalleryAddress.Of($"{Root}/gallery?shelf=mine&q=fox&by=meaning&kind=edit&from=2026-01-01&zone=UTC&marked=yes");

        Assert.True(address.IsNarrowed);
        Assert.False(address.WithoutFilters().IsNarrowed);
        Assert.Equal("gallery?shelf=mine&q=fox&by=meaning", address.WithoutFilters().ToString());
    }
}
