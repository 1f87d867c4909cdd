"""The check for JAX."""

from __future__ import annotations

from typing import Any

import pytest

jax = pytest.importorskip("jax")
import jax.numpy as jnp  # noqa: E402

import backprop_graph as bg  # noqa: E402


@jax.custom_vjp
def scaled(x: Any, y: Any) -> Any:
    return jnp.sin(x) * y


scaled.defvjp(lambda x, y: (scaled(x, y), (x, y)), lambda kept, g: (jnp.cos(kept[0]) * kept[1] * g, jnp.cos(kept[0]) * g))


def test_right_functions_pass_in_f32() -> None:
    x = jnp.linspace(-1.0, 1.0, 6).reshape(2, 3)
    bg.jax.check_grads(lambda x, y: jnp.tanh(x @ y), (x, x.T))
    bg.jax.check_grads(lambda p: jnp.sum(jnp.exp(p["w"]) * p["b"]), ({"w": x, "b": jnp.ones(3)},))
    bg.jax.check_grads(jax.jit(jnp.sin), (x,))
    bg.jax.check_grads(jnp.sin, (x,), reference=None)


def test_a_wrong_one_is_named() -> None:
    with pytest.raises(bg.GradientError, match=r"DISAGREE: 3 of 6 checked, in args\[1\]"):
        bg.jax.check_grads(scaled, (jnp.full(3, 0.3), jnp.arange(1.0, 4.0)))


def test_what_is_not_checked_is_refused() -> None:
    x = jnp.ones(3)
    with pytest.raises(ValueError, match="order is 2"):
        bg.jax.check_grads(jnp.sin, (x,), 2)
    with pytest.raises(ValueError, match="only .'rev',. is checked"):
        bg.jax.check_grads(jnp.sin, (x,), modes=("fwd", "rev"))
    with pytest.warns(UserWarning, match="eps not used"):
        bg.jax.check_grads(jnp.sin, (x,), eps=1e-3)
    with pytest.raises(TypeError, match="holds integers"):
        bg.jax.check_grads(jnp.sin, (jnp.arange(3),))
