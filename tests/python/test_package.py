"""The package: its version, its command."""

import signal
import subprocess
import sys

import pytest

import backprop_graph

COMMAND = [sys.executable, "-c", "from backprop_graph._command import main; main()"]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True)


def test_the_command_is_the_program() -> None:
    version = run("--version")
    assert version.stdout == f"backprop {backprop_graph.__version__}\n"
    assert version.returncode == 0


def test_its_exit_status_is_the_programs() -> None:
    assert run("check", "--fault", "sign-flipped").returncode == 1
    bad = run("no-such-command")
    assert bad.returncode == 2
    assert bad.stderr.startswith("backprop: unrecognized subcommand")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way")
@pytest.mark.parametrize(
    "arguments", [["train", "--data", "xor", "--sizes", "2,3,1", "--epochs", "10000000"], ["tour"]], ids=["train", "tour"]
)
def test_ctrl_c_ends_the_command_without_a_traceback(arguments: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    pipe = subprocess.PIPE
    with subprocess.Popen([*COMMAND, *arguments], stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=300)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors


def test_a_reader_who_leaves_ends_the_command_without_a_traceback() -> None:
    with subprocess.Popen([*COMMAND, "tour"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith("backprop: ")
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=300) == 0
