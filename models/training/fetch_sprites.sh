#!/bin/sh
# Fetches the pictures of world 3 into an ignored folder: Microsoft's Fluent Emoji in 3D (MIT), as the npm package
# @lobehub/fluent-emoji-3d. They are read while training only and never shipped. Needs npm once; later calls return at once.
# SPRITES_FOLDER overrides where they go.
set -eu
cd "$(dirname "$0")"
folder=${SPRITES_FOLDER:-work/fluent-emoji-3d}
[ -e "$folder/1f98a.webp" ] && exit 0
sha512=5a5ab69554ad4e7afc043a48274a449d328ee0bb83c71a931214ef46d0f50cb445d267bba207914232a87a10c75ee549d9069e720979c1106feb4954006de1ee
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
(cd "$temporary" && npm pack @lobehub/fluent-emoji-3d@1.1.0 --silent --fetch-retries=0 --fetch-timeout=30000 >archive && mv "$(cat archive)" package.tgz)
echo "$sha512  $temporary/package.tgz" | sha512sum --check --quiet
tar -xzf "$temporary/package.tgz" -C "$temporary"
mkdir -p "$folder"
for name in $("${PYTHON:-python3}" fluent.py); do
    cp "$temporary/package/assets/$name" "$folder"
done
echo "$folder: $(ls "$folder" | wc -l) pictures"
