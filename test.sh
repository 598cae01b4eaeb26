#!/usr/bin/env bash
# Restores, builds, installs test dependencies, runs every test. Ends with one line: N passed, N failed, N skipped.
#   ./test.sh --soak [MINUTES]   builds and runs only the soak tests, the queue's and the stranger's hour, 60 minutes each by default.
set -euo pipefail
cd "$(dirname "$0")"

soak=
case "${1:-}" in
    "") ;;
    --soak)
        soak=${2:-60}
        [[ $soak =~ ^[0-9]+(\.[0-9]+)?$ ]] || { echo "--soak takes a number of minutes, not $soak" >&2; exit 2; }
        ;;
    *) echo "usage: ./test.sh [--soak [MINUTES]]" >&2; exit 2 ;;
esac

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Tests and the programs they start run too shortly to gain from profiling.
export DOTNET_TieredPGO=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

dotnet tool restore
dotnet restore --locked-mode
# --no-incremental, because projects built before without analyzers would not be analyzed.
dotnet build --no-restore --no-incremental -p:RunAnalyzers=true
# The style rules are errors of the build above; only white space is left to check.
dotnet format whitespace --no-restore --verify-no-changes

if [ -n "$soak" ]; then
    status=0
    for project in PromptCanvas.Generation.Tests PromptCanvas.Web.Tests; do
        PROMPTCANVAS_SOAK=$soak "artifacts/bin/$project/debug/$project" --filter-method "*Soak*" --show-live-output on || status=$?
    done
    exit "$status"
fi

# The CUDA build needs no GPU, only its packages (400 MB, downloaded once). If they cannot be downloaded it is skipped, except in CI.
if packages=$(dotnet restore src/PromptCanvas.Web --locked-mode -p:Accelerator=cuda && dotnet restore src/PromptCanvas.Cli --locked-mode -p:Accelerator=cuda); then
    dotnet build src/PromptCanvas.Web --no-restore -p:Accelerator=cuda
    dotnet build src/PromptCanvas.Cli --no-restore -p:Accelerator=cuda
elif [ -z "${CI:-}" ] && [[ $packages =~ NU(1301|110[123]) ]]; then
    echo "the CUDA build was skipped: its packages could not be downloaded"
else
    echo "$packages" >&2
    exit 1
fi

# The journeys drive a real browser: the system's, otherwise Playwright's own.
find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }
if [ -z "${PROMPTCANVAS_CHROMIUM:-}" ]; then
    PROMPTCANVAS_CHROMIUM=$(find_chromium)
    if [ -z "$PROMPTCANVAS_CHROMIUM" ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium > /dev/null
        PROMPTCANVAS_CHROMIUM=$(find_chromium)
    fi
    if [ -z "$PROMPTCANVAS_CHROMIUM" ]; then
        journeys=$(dirname "$(find artifacts/bin/PromptCanvas.Journeys -name playwright.ps1 | head -n 1)")
        node=$(find "$journeys/.playwright/node" -name node -type f | head -n 1)
        "$node" "$journeys/.playwright/package/cli.js" install chromium
    else
        export PROMPTCANVAS_CHROMIUM
    fi
fi

# The official Node client runs against the studio if npm is installed; otherwise its tests are skipped.
if command -v npm > /dev/null; then
    npm ci --prefix tests/clients/openai-node --silent --no-audit --no-fund || echo "the official Node client could not be installed; its tests are skipped"
    npm ci --prefix tests/clients/others --silent --no-audit --no-fund || echo "the AI SDK, LangChain.js, the MCP client and its conformance suite could not be installed; their tests are skipped"
    npm ci --prefix tests/clients/c2pa --silent --no-audit --no-fund || echo "the independent C2PA readers could not be installed; their tests are skipped"
fi

# The journeys below a path of the host run behind a real nginx.
if [ ! -x /usr/sbin/nginx ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light > /dev/null || true
    fi
    [ -x /usr/sbin/nginx ] || echo "the journeys behind nginx are skipped: nginx is not installed (Debian: apt-get install nginx)"
fi

# The journey over two nodes, one of which leaves, runs behind a real HAProxy.
if [ ! -x /usr/sbin/haproxy ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends haproxy > /dev/null || true
    fi
    [ -x /usr/sbin/haproxy ] || echo "the journey over two nodes is skipped: HAProxy is not installed (Debian: apt-get install haproxy)"
fi

# The tests of several nodes start their own Redis.
if [ ! -x /usr/bin/redis-server ] && [ ! -x /usr/bin/valkey-server ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server > /dev/null || true
    fi
    [ -x /usr/bin/redis-server ] || echo "the tests of several nodes over Redis are skipped: Redis is not installed (Debian: apt-get install redis-server)"
fi

# The tests of the shared store start their own S3 server: OpenStack Swift.
if [ ! -x /usr/bin/swift-proxy-server ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends swift-proxy swift-account swift-container swift-object > /dev/null || true
    fi
    [ -x /usr/bin/swift-proxy-server ] || echo "the tests of the shared store are skipped: no S3 server is installed (Debian: apt-get install swift-proxy swift-account swift-container swift-object)"
fi

# The test of nodes with wrong clocks.
if ! ls /usr/lib/*/faketime/libfaketime.so.1 > /dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libfaketime > /dev/null || true
    fi
    ls /usr/lib/*/faketime/libfaketime.so.1 > /dev/null 2>&1 || echo "the test of nodes with wrong clocks is skipped: libfaketime is not installed (Debian: apt-get install libfaketime)"
fi

# The curl tests need curl.
command -v curl > /dev/null || echo "the curl tests are skipped: curl is not installed (Debian: apt-get install curl)"

# One after another: the journeys' browser and the networks would slow each other down.
dotnet test --solution PromptCanvas.sln --no-build --max-parallel-test-modules 1 2>&1 | tee "$log" && status=0 || status=$?

# The queue's tests start their own PostgreSQL server if it is installed.
ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 ||
    echo "the PostgreSQL half of the queue's tests was skipped: PostgreSQL is not installed (Debian: apt-get install postgresql)"

# Every stage of the training scripts with tiny settings, if PyTorch is installed.
training=skipped
for python in python3 /usr/bin/python3; do
    if "$python" -c 'import torch' 2> /dev/null; then
        if PYTHON="$python" bash models/training/runs/smoke.sh; then training=passed; else training=failed; status=1; fi
        break
    fi
done
[ "$training" != skipped ] || echo "training smoke run skipped: PyTorch is not installed (Debian: apt-get install python3-torch)"

# Repeat the failures: the output above is long.
awk '/^failed /{show = 1} show && /^[^ f]/{show = 0} show' "$log"

awk -v training="$training" '
    /^ *failed: /{f += $2} /^ *succeeded: /{s += $2} /^ *skipped: /{k += $2}
    END {
        if (training == "passed") s++; else if (training == "failed") f++; else k++
        printf "%d passed, %d failed, %d skipped\n", s, f, k
    }' "$log"
exit "$status"
