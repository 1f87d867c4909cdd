"""The judge of the exercises on formulas, which are in docs/exercises/python.

>>> from backprop_graph.exercises import judge
>>> judge("output_delta", lambda a, t: a * (1 - a) * (t - a))
Right.
True
"""

from __future__ import annotations

from collections.abc import Callable

from . import _native

__all__ = ["judge"]


def judge(exercise: str, *functions: Callable[..., object]) -> bool:
    """Judge the functions that solve an exercise, and print the lesson.

    Parameters
    ----------
    exercise : str
        The name of the exercise, which is that of its file.
    *functions : callable
        The functions that it asks for, in the order of the file. They get numbers and numpy arrays.

    Returns
    -------
    bool
        True if they are right.

    Raises
    ------
    Exception
        Any exception of a function.
    ValueError
        If there is no such exercise.
    """
    lesson = _native.judge_exercise(exercise, functions)
    print("Right." if lesson is None else lesson.strip("\n"))
    return lesson is None
