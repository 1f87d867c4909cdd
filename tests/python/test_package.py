"""The package: its version, its command."""

import subprocess
import sys

import backprop_graph


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    program = "from backprop_graph._command import main; main()"
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True)


def test_the_command_is_the_program() -> None:
    version = run("--version")
    assert version.stdout == f"backprop {backprop_graph.__version__}\n"
    assert version.returncode == 0


def test_its_exit_status_is_the_programs() -> None:
    assert run("check", "--fault", "sign-flipped").returncode == 1
    bad = run("no-such-command")
    assert bad.returncode == 2
    assert bad.stderr.startswith("backprop: unrecognized subcommand")
