#!/usr/bin/env bash
# Makes the demo's WebP images of the drawings beside them: scripts/demo-images.sh
#
# The WebP files are kept with the drawings, so that building FastOps needs no browser; run this after changing a
# drawing. Chromium draws and encodes them, because no other common tool does both.
set -euo pipefail
cd "$(dirname "$0")/../fastops/src/demo/images"

readonly chromium=${CHROMIUM:-chromium}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for drawing in *.svg; do
    cat >"$work/page.html" <<PAGE
<!doctype html><title>wait</title><script>
const image = new Image();
image.onload = () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [800, 600];
  canvas.getContext("2d").drawImage(image, 0, 0, 800, 600);
  document.documentElement.textContent = canvas.toDataURL("image/webp", 0.8).split(",")[1];
};
image.src = "data:image/svg+xml;base64,$(base64 -w 0 "$drawing")";
</script>
PAGE
    # The sandbox needs rights that containers do not have; the page is this script's own.
    "$chromium" --headless --no-sandbox --disable-gpu --virtual-time-budget=5000 --dump-dom "file://$work/page.html" 2>"$work/log" |
        sed 's/<[^>]*>//g' | tr -d '\n ' | base64 -d >"$work/image.webp"
    head -c 4 "$work/image.webp" | grep -q RIFF || { cat "$work/log" >&2; exit 1; }
    cp "$work/image.webp" "${drawing%.svg}.webp"
done
