"""The extension module, which is Rust: src/python/src."""

__version__: str

def run_program(arguments: list[str]) -> int: ...
