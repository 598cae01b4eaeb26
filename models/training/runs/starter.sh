#!/bin/sh
# Makes models/starter from nothing on a CPU (Debian's python3-torch with libopenblas0-pthread and libjemalloc2), or
# with DEVICE=cuda on a GPU. Every line can be stopped and run again: it resumes. On two quiet cores these minutes give
# at least the samples of the shipped model (see models/starter/MODEL_CARD.md); more is better, above all for the decoder.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-/usr/bin/python3}
device=${DEVICE:-cpu}
jemalloc=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2
if [ -e "$jemalloc" ]; then
    # torch frees and takes back large blocks all the time; without this each take is a page fault per 4 KiB
    # (kept for 20 s only: kept for ever, fragments grew to 13 GB in a quarter of an hour)
    export LD_PRELOAD="$jemalloc" MALLOC_CONF=dirty_decay_ms:20000,muzzy_decay_ms:20000
fi
export OMP_NUM_THREADS=1

stage() {
    nice -n 19 "$python" train.py "$@" --device "$device" --resume
}

"$python" train.py tokenizer
stage clip --minutes "${CLIP_MINUTES:-25}"
stage clip --minutes 3 --decay
stage prior --minutes "${PRIOR_MINUTES:-4}"
stage prior --minutes 1 --decay
stage prior_autoregressive --minutes "${PRIOR_MINUTES:-4}"
stage prior_autoregressive --minutes 1 --decay
stage super_res_first --minutes "${UPSAMPLER_MINUTES:-5}"
stage super_res_first --minutes 1 --decay
stage super_res_1024 --minutes "${UPSAMPLER_MINUTES:-5}"
stage super_res_1024 --minutes 1 --decay
stage decoder --minutes "${DECODER_MINUTES:-60}"
stage decoder --minutes "${DECODER_DECAY_MINUTES:-10}" --decay
stage judge --minutes 5
"$python" evaluate.py
"$python" export.py
