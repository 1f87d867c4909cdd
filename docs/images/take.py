#!/usr/bin/env python3
"""Takes the screenshots in this folder again: page*.png in Chromium, stepper.png of a terminal of tmux.

It needs chromium, tmux and a program that is built: cargo build --release.
"""

import base64
import html
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

IMAGES = pathlib.Path(__file__).resolve().parent
ROOT = IMAGES.parent.parent
COLOURS = ["#8a8f98", "#e06c60", "#7fb24a", "#d8b13c", "#5c9ae6", "#c08ad6", "#4fb3b5", "#e6e4de"]

READY = "document.documentElement?.dataset.ready === 'true'"
DRAW = """(() => {
  const sheet = document.getElementById("sheet"), box = sheet.getBoundingClientRect();
  sheet.setPointerCapture = () => {};
  const pen = (type, x, y) => sheet.dispatchEvent(new PointerEvent(type, {
    clientX: box.left + x * box.width, clientY: box.top + y * box.height, buttons: 1, bubbles: true }));
  pen("pointerdown", 0.3, 0.2); pen("pointermove", 0.7, 0.2); pen("pointermove", 0.45, 0.8); pen("pointerup", 0.45, 0.8);
  document.getElementById("train-run").click();
})()"""


class Browser:
    """Chromium by its DevTools protocol, over two pipes."""

    def __init__(self, profile):
        read_commands, self.commands = os.pipe()
        self.answers, write_answers = os.pipe()
        script = f'exec chromium "$@" 3<&{read_commands} 4>&{write_answers}'
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"]
        subprocess.Popen(
            ["bash", "-c", script, "bash", *options, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(read_commands, write_answers),
            stderr=subprocess.DEVNULL,
        )
        self.count, self.rest, self.session = 0, b"", {}
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = {"sessionId": self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}

    def call(self, method, **parameters):
        self.count += 1
        request = {"id": self.count, "method": method, "params": parameters, **self.session}
        os.write(self.commands, json.dumps(request).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                self.rest += os.read(self.answers, 1 << 20)
            text, self.rest = self.rest.split(b"\0", 1)
            answer = json.loads(text)
            if answer.get("id") == self.count:
                return answer["result"]

    def evaluate(self, expression):
        return self.call("Runtime.evaluate", expression=expression)["result"].get("value")

    def take(self, name, width, height, address, theme="light", script=None, ready=READY):
        """Takes a picture of a page, once it is ready and a script has run for a while."""
        narrow = width < 500
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=narrow
        )
        scheme = {"name": "prefers-color-scheme", "value": theme}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=address)
        while self.evaluate(ready) is not True:
            time.sleep(0.1)
        if script:
            self.evaluate(script)
            time.sleep(6)
            self.evaluate("document.getElementById('train-run').click()")
        time.sleep(1)
        picture = self.call("Page.captureScreenshot", format="png")["data"]
        (IMAGES / name).write_bytes(base64.b64decode(picture))


def cells(screen):
    """A terminal's screen as HTML: every character in a box of one width, in its colours."""
    style, parts = {}, []
    for text in re.split(r"(\x1b\[[0-9;]*m)", screen):
        codes = re.fullmatch(r"\x1b\[([0-9;]*)m", text)
        if not codes:
            front, back = style.get("front", "#e6e4de"), style.get("back", "#15181d")
            if style.get("reversed"):
                front, back = back, front
            look = f"color:{front};background:{back};font-weight:{style.get('weight', 'normal')}"
            parts += [c if c == "\n" else f'<b style="{look}">{html.escape(c)}</b>' for c in text]
            continue
        # A colour by its number, 38;5;4, is the colour 34.
        short = re.sub(r"([34])8;5;(\d+)", lambda found: found[1] + str(int(found[2]) % 8), codes[1])
        for code in [int(code or 0) for code in short.split(";")]:
            if code == 0:
                style = {}
            elif code == 1:
                style = style | {"weight": "bold"}
            elif code == 7:
                style = style | {"reversed": True}
            elif code in (39, 49):
                style = {key: value for key, value in style.items() if key != ("front" if code == 39 else "back")}
            elif code // 10 in (3, 9) and code % 10 < 8:
                style = style | {"front": COLOURS[code % 10]}
            elif code // 10 in (4, 10) and code % 10 < 8:
                style = style | {"back": COLOURS[code % 10]}
    look = "b{display:inline-block;width:10px;height:20px;overflow:hidden}pre{margin:10px;font:16px/20px monospace}"
    return f'<meta charset="utf-8"><style>{look}</style><body style="margin:0;background:#15181d"><pre>{"".join(parts)}'


def stepper(program):
    """What the stepper shows after twelve steps."""
    tmux = ["tmux", "-L", "backprop-picture"]
    subprocess.run([*tmux, "new-session", "-d", "-x", "100", "-y", "30", f"{program} step"], check=True)
    time.sleep(2)
    subprocess.run([*tmux, "send-keys", *["Right"] * 12], check=True)
    time.sleep(1)
    screen = subprocess.run([*tmux, "capture-pane", "-e", "-p"], check=True, capture_output=True, text=True)
    subprocess.run([*tmux, "kill-server"], check=True)
    return screen.stdout


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target/release/backprop")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name, options in [("nine", []), ("digits", ["--data", "digits", "--init", "scaled"])]:
            subprocess.run([program, "trace", *options, "--out", f"{folder}/{name}.html"], check=True)
        (pathlib.Path(folder) / "screen.html").write_text(cells(stepper(program)))
        browser = Browser(f"{folder}/profile")
        nine, digits = f"file://{folder}/nine.html", f"file://{folder}/digits.html"
        browser.take("page.png", 1280, 800, f"{nine}#step=12")
        browser.take("page-dark.png", 1280, 800, f"{nine}#step=12", theme="dark")
        browser.take("page-check.png", 1280, 800, f"{nine}#check=transposed")
        browser.take("page-digits.png", 1280, 800, digits, script=DRAW)
        browser.take("page-phone.png", 390, 844, f"{nine}#step=12")
        browser.take("stepper.png", 1020, 620, f"file://{folder}/screen.html", ready="document.body !== null")
        browser.call("Browser.close")


main()
