// Flux of the one-axis sweep through a face: sixth-order central polynomial in
// the Courant number with the dissipation of fifth-order upwind. Derived in
// src/reference/sweep.rs, whose twin this is.

// Three cells left of a face and three right of it.
struct Window {
    l3: Cell,
    l2: Cell,
    l1: Cell,
    r1: Cell,
    r2: Cell,
    r3: Cell,
}

fn shifted(w: Window, next: Cell) -> Window {
    return Window(w.l2, w.l1, w.r1, w.r2, w.r3, next);
}

// d(nu) = nu (1 - nu^2)(4 - nu^2)(3 - nu)/720.
fn dissipation(nu: real) -> real {
    let nu2 = nu * nu;
    return nu * (real(1.0) - nu2) * (real(4.0) - nu2) * (real(3.0) - nu) * real(1.0 / 720.0);
}

struct Weights {
    even: vec3<real>,
    odd: vec3<real>,
}

// Weights of the sums and differences of mirrored cells, nearest first.
fn uniform_weights(nu: real) -> Weights {
    let nu2 = nu * nu;
    let nu3 = nu2 * nu;
    let nu4 = nu2 * nu2;
    let c6 = nu3 * nu3 * real(1.0 / 720.0) + dissipation(abs(nu));
    let even = nu * vec3<real>(real(37.0 / 60.0), real(-8.0 / 60.0), real(1.0 / 60.0))
        + nu3 * vec3<real>(real(-6.0 / 48.0), real(7.0 / 48.0), real(-1.0 / 48.0))
        + nu4 * nu * vec3<real>(real(2.0 / 240.0), real(-3.0 / 240.0), real(1.0 / 240.0));
    let odd = nu2 * vec3<real>(real(-245.0 / 360.0), real(25.0 / 360.0), real(-2.0 / 360.0))
        + nu4 * vec3<real>(real(28.0 / 144.0), real(-11.0 / 144.0), real(1.0 / 144.0))
        + c6 * vec3<real>(real(-10.0), real(5.0), real(-1.0));
    return Weights(even, odd);
}

fn uniform_flux(w: Weights, u: Window) -> Cell {
    return (w.even.z - w.odd.z) * u.l3 + (w.even.y - w.odd.y) * u.l2 + (w.even.x - w.odd.x) * u.l1
        + (w.even.x + w.odd.x) * u.r1 + (w.even.y + w.odd.y) * u.r2 + (w.even.z + w.odd.z) * u.r3;
}
