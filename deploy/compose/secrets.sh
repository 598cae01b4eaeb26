#!/usr/bin/env bash
# Writes the secrets of compose.yaml to secrets/. Files that exist are kept.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p secrets && chmod 700 secrets

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
# Containers read the files as their own user, which is not the owner; the folder keeps other people out.
keep() { [ -e "secrets/$1" ] || { printf '%s' "$2" > "secrets/$1"; chmod 644 "secrets/$1"; }; }

keep database-password "$(random)"
keep connection "Host=database;Username=promptcanvas;Database=promptcanvas;Password=$(cat secrets/database-password);Timeout=3;Command Timeout=5;Cancellation Timeout=1000;Keepalive=5;Tcp Keepalive=true;Tcp Keepalive Time=5;Tcp Keepalive Interval=2;Gss Encryption Mode=Disable"
keep s3-access-key "$(random)"
keep s3-secret-key "$(random)"
keep s3-identities "{\"identities\":[{\"name\":\"studio\",\"credentials\":[{\"accessKey\":\"$(cat secrets/s3-access-key)\",\"secretKey\":\"$(cat secrets/s3-secret-key)\"}],\"actions\":[\"Admin\",\"Read\",\"Write\",\"List\",\"Tagging\"]}]}"
keep metrics-token "$(random)"
