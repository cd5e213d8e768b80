"""Speed of ADEPT (JAX, https://github.com/ergodicio/adept) on one processor, in the precision of its default, float32.

    pip install jax numpy interpax equinox
    git clone https://github.com/ergodicio/adept
    PYTHONPATH=adept python benches/peers/adept.py

Its own pushers, without its input and output: electrostatic steps of its leapfrog in 1D1V, with either of its schemes
in velocity, and the like in 2D2V, where the rotation in B, its slowest part, is left out. Compiled once; the least
time of five rounds counts. Prints million cell-steps per second.
"""

import importlib
import sys
import time
import types
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np


def adept_modules():
    """The pushers alone: the package's own __init__ wants trackers and plotters."""
    root = next(Path(p) / "adept" for p in sys.path if (Path(p) / "adept" / "_vlasov1d").is_dir())
    for name in ["adept", "adept._vlasov1d", "adept._vlasov1d.solvers", "adept._vlasov1d.solvers.pushers",
                 "adept._vlasov2d", "adept._vlasov2d.solvers", "adept._vlasov2d.solvers.pushers"]:
        package = types.ModuleType(name)
        package.__path__ = [str(root.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
    load = lambda name: importlib.import_module(f"adept.{name}")
    return load("_vlasov1d.solvers.pushers.vlasov"), load("_vlasov2d.solvers.pushers.vlasov")


def speed(step, state, cells):
    """Million cell-steps per second of `step`, compiled into a loop that takes a quarter of a second or more."""
    loop = jax.jit(lambda f, n: jax.lax.fori_loop(0, n, lambda _, f: step(f), f), donate_argnums=0)
    state, count = jax.block_until_ready(loop(state, 2)), 2
    best = 0.0
    for _ in range(5):
        while True:
            start = time.perf_counter()
            state = jax.block_until_ready(loop(state, count))
            seconds = time.perf_counter() - start
            if seconds > 0.25:
                break
            count *= 2
        best = max(best, cells * count / seconds / 1e6)
    assert bool(jnp.isfinite(state).all())
    return best


def line(vlasov, n, scheme):
    """x and v of n cells each: a drift, Poisson, a kick, as its leapfrog."""
    length, reach, dt = 4 * np.pi, 6.0, 0.1
    x = jnp.linspace(0, length, n, endpoint=False)
    dv = 2 * reach / n
    v = jnp.linspace(-reach + dv / 2, reach - dv / 2, n)
    grids = {"electron": {"v": v, "dv": dv, "kvr": jnp.fft.rfftfreq(n, d=dv) * 2 * jnp.pi}}
    params = {"electron": {"charge": -1.0, "mass": 1.0}}
    drift = vlasov.SpaceExponential(x, grids)
    kick = {"exponential": vlasov.VelocityExponential, "cubic": vlasov.VelocityCubicSpline}[scheme](grids, params)
    k = np.fft.fftfreq(n, d=length / n) * 2 * np.pi
    inverse = jnp.asarray(np.divide(1.0, k, out=np.zeros(n), where=k != 0), dtype=jnp.float32)

    def step(f):
        f = drift({"electron": f}, dt=dt)
        rho = 1.0 - f["electron"].sum(axis=1) * dv
        e = jnp.real(jnp.fft.ifft(-1j * inverse * jnp.fft.fft(rho)))
        return kick(f, e=e, pond=jnp.zeros_like(e), dt=dt)["electron"]

    f = (1 + 0.01 * jnp.cos(0.5 * x))[:, None] * (jnp.exp(-v**2 / 2) / np.sqrt(2 * np.pi))[None, :]
    return speed(step, f.astype(jnp.float32), n * n)


def plane(vlasov, n):
    """x, y, vx and vy of n cells each."""
    length, reach, dt = 4 * np.pi, 5.0, 0.1
    x = jnp.linspace(0, length, n, endpoint=False)
    dv = 2 * reach / n
    v = jnp.linspace(-reach + dv / 2, reach - dv / 2, n)
    kv = jnp.fft.rfftfreq(n, d=dv) * 2 * jnp.pi
    grids = {"electron": {"vx": v, "vy": v, "kvxr": kv, "kvyr": kv}}
    params = {"electron": {"charge": -1.0, "mass": 1.0}}
    kxr = jnp.fft.rfftfreq(n, d=length / n) * 2 * jnp.pi
    along_x, along_y = vlasov.SpaceExponentialX(kxr, grids), vlasov.SpaceExponentialY(kxr, grids)
    kick = vlasov.VelocityExponentialE(grids, params)
    k = np.fft.fftfreq(n, d=length / n) * 2 * np.pi
    k2 = k[:, None] ** 2 + k[None, :] ** 2
    inverse = jnp.asarray(np.divide(1.0, k2, out=np.zeros((n, n)), where=k2 != 0), dtype=jnp.float32)
    kx, ky = jnp.asarray(k, dtype=jnp.float32)[:, None], jnp.asarray(k, dtype=jnp.float32)[None, :]

    def step(f):
        f = along_y(along_x({"electron": f}, dt=dt), dt=dt)
        rho = 1.0 - f["electron"].sum(axis=(2, 3)) * dv * dv
        potential = inverse * jnp.fft.fft2(rho)
        ex, ey = (jnp.real(jnp.fft.ifft2(-1j * k * potential)) for k in (kx, ky))
        return kick.push_vy(kick.push_vx(f, ex, dt=dt), ey, dt=dt)["electron"]

    maxwellian = jnp.exp(-v**2 / 2) / np.sqrt(2 * np.pi)
    density = 1 + 0.01 * jnp.cos(0.5 * x)
    f = (density[:, None, None, None] * maxwellian[None, None, :, None] * maxwellian) * jnp.ones((1, n, 1, 1))
    return speed(step, f.astype(jnp.float32), n**4)


if __name__ == "__main__":
    one, two = adept_modules()
    for n in (256, 1024):
        for scheme in ("exponential", "cubic"):
            print(f"x {n}, v {n}, {scheme}: {line(one, n, scheme):.0f} Mcell-steps/s", flush=True)
    print(f"x 32, y 32, vx 32, vy 32, exponential: {plane(two, 32):.0f} Mcell-steps/s")
