#!/usr/bin/env bash
# Takes the screenshots in this folder again: page*.png with Chromium, stepper.png in a terminal of tmux. It needs chromium,
# tmux and Python 3, and a program that is built: cargo build --release.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$PWD/target/release/backprop
[ -x "$program" ] || program=$PWD/target/debug/backprop
images=$PWD/docs/images
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$program" trace --out "$folder/nine.html" >/dev/null
"$program" trace --data digits --init scaled --out "$folder/digits.html" >/dev/null

# take PICTURE WIDTH HEIGHT PAGE#FRAGMENT [THEME]
take() {
    local page=${4%%#*} fragment=${4#*#}
    [ "${5:-light}" = light ] || sed -i 's/<html /<html data-theme="dark" /' "$folder/$page"
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor="${6:-1}" \
        --user-data-dir="$folder/profile" --window-size="$2,$3" --virtual-time-budget=8000 \
        --screenshot="$images/$1" "file://$folder/$page#$fragment" 2>/dev/null
}
take page.png 1920 1080 nine.html#step=12
take page-check.png 1280 1000 nine.html#check=transposed
take page-digits.png 1280 900 digits.html#step=825
take page-phone.png 500 1000 nine.html#step=12
take page-dark.png 1280 800 nine.html#step=12 dark

# The terminal's screen, with its colours, as a page, and that as a picture.
tmux -L backprop-picture new-session -d -x 100 -y 30 "$program step --data nine-nodes"
sleep 1
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do tmux -L backprop-picture send-keys Right; done
sleep 1
tmux -L backprop-picture capture-pane -e -p >"$folder/screen"
tmux -L backprop-picture kill-server
python3 - "$folder" <<'PYTHON'
import html, pathlib, re, sys

folder = pathlib.Path(sys.argv[1])
COLOURS = ["#2e3436", "#d0312d", "#4e9a06", "#c4a000", "#3465a4", "#75507b", "#06989a", "#d3d7cf"]


def style(codes, now):
    """The style after these codes of a terminal."""
    codes = [int(code or 0) for code in codes.split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            now = {}
        elif code in (1, 2, 7):
            now = now | {code: True}
        elif code in (38, 48) and codes[:1] == [5]:
            now = now | {code: palette(codes[1])}
            codes = codes[2:]
        elif 30 <= code < 38:
            now = now | {38: COLOURS[code - 30]}
        elif 40 <= code < 48:
            now = now | {48: COLOURS[code - 40]}
        elif 90 <= code < 98:
            now = now | {38: COLOURS[code - 90]}
        elif code in (39, 49):
            now = {key: value for key, value in now.items() if key != code - 1}
    return now


def palette(number):
    """One of 256 colours."""
    if number < 16:
        return COLOURS[number % 8]
    if number >= 232:
        grey = 8 + 10 * (number - 232)
        return f"rgb({grey},{grey},{grey})"
    parts = [(number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6]
    return "rgb({},{},{})".format(*(0 if part == 0 else 55 + 40 * part for part in parts))


def css(now):
    front, back = now.get(38, "#eeeeec"), now.get(48, "#171a1d")
    if now.get(7):
        front, back = back, front
    weight = "bold" if now.get(1) else "normal"
    return f"color:{front};background:{back};font-weight:{weight};opacity:{0.65 if now.get(2) else 1}"


now, parts = {}, []
for text in re.split(r"(\x1b\[[0-9;]*m)", (folder / "screen").read_text()):
    codes = re.fullmatch(r"\x1b\[([0-9;]*)m", text)
    if codes:
        now = style(codes[1], now)
    else:
        parts.append(f'<span style="{css(now)}">{html.escape(text)}</span>')
(folder / "screen.html").write_text(
    '<meta charset="utf-8"><body style="margin:0;background:#171a1d"><pre style="margin:10px;font:16px/19px \'DejaVu Sans Mono\'">'
    + "".join(parts)
)
PYTHON
take stepper.png 990 595 screen.html#
