# The studio in a container: the published src/PromptCanvas.Web with the starter model, run by an unprivileged user.
#   docker build -t promptcanvas .
#   docker run --name studio -p 5080:5080 -v promptcanvas:/data promptcanvas      # then open the set-up link that it prints
#   docker exec studio /app/cli/promptcanvas doctor                               # the command line, on the same data
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG RID=linux-x64
WORKDIR /source
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props BannedSymbols.txt CodeMetricsConfig.txt .editorconfig ./
COPY src/ src/
COPY Migrations/ Migrations/
COPY wwwroot/ wwwroot/
COPY models/starter/ models/starter/
COPY appsettings.json ./
RUN dotnet publish src/PromptCanvas.Web -c Release -r "$RID" --self-contained false -o /app \
    && dotnet publish src/PromptCanvas.Cli -c Release -r "$RID" --self-contained false -o /app/cli

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app

# $APP_UID is the unprivileged user of the base image.
RUN mkdir /data && chown "$APP_UID" /data && chmod 700 /data
COPY --from=build /app ./
USER $APP_UID
ENV Urls=http://+:5080 ASPNETCORE_HTTP_PORTS= Data__Folder=/data DOTNET_EnableDiagnostics=0
VOLUME /data
EXPOSE 5080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5080 && printf 'GET /health/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && grep -q Healthy <&3"]
ENTRYPOINT ["/app/PromptCanvas.Web"]
