#!/usr/bin/env bash
# Restores, builds, installs what the tests need, runs every test. Ends with one line: N passed, N failed, N skipped.
set -euo pipefail
cd "$(dirname "$0")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT

dotnet restore --locked-mode
dotnet build --no-restore

dotnet test --solution PromptCanvas.sln --no-build 2>&1 | tee "$log" && status=0 || status=$?

awk '/^ *failed: /{f=$2} /^ *succeeded: /{s=$2} /^ *skipped: /{k=$2} END{printf "%d passed, %d failed, %d skipped\n", s, f, k}' "$log"
exit "$status"
