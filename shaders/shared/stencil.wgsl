// Flux of the one-axis sweep through a face: sixth-order central polynomial in
// the Courant number with the dissipation of fifth-order upwind. Derived in
// src/processor/flux.rs, whose twin this is.

// Whether the upwind part is the whole flux.
override DISSIPATION_ONLY: bool = false;

// Share of the upwind part, read once.
var<private> dissipation: real;

// d(nu) = nu (1 - nu^2)(4 - nu^2)(3 - nu)/720.
fn upwind(nu: real) -> real {
    let nu2 = nu * nu;
    return dissipation * nu * (real(1.0) - nu2) * (real(4.0) - nu2) * (real(3.0) - nu) * real(1.0 / 720.0);
}

// Weights of the sums (even) and differences (odd) of mirrored cells, nearest
// first, of the products A u, and those of u in the dissipation.
struct Weights {
    even: vec3<real>,
    odd: vec3<real>,
    sixth: vec3<real>,
}

// Coefficients of the powers of the Courant number in them.
const EVEN_0 = vec3<real>(real(37.0 / 60.0), real(-8.0 / 60.0), real(1.0 / 60.0));
const EVEN_2 = vec3<real>(real(-6.0 / 48.0), real(7.0 / 48.0), real(-1.0 / 48.0));
const EVEN_4 = vec3<real>(real(2.0 / 240.0), real(-3.0 / 240.0), real(1.0 / 240.0));
const ODD_1 = vec3<real>(real(-245.0 / 360.0), real(25.0 / 360.0), real(-2.0 / 360.0));
const ODD_3 = vec3<real>(real(28.0 / 144.0), real(-11.0 / 144.0), real(1.0 / 144.0));
const ODD_5 = vec3<real>(real(-10.0 / 720.0), real(5.0 / 720.0), real(-1.0 / 720.0));
// What slope and curvature of the Courant number add to them.
const TURN = vec3<real>(real(-6.0 / 192.0), real(7.0 / 192.0), real(-1.0 / 192.0));
const BEND = vec3<real>(real(245.0 / 8640.0), real(-25.0 / 8640.0), real(2.0 / 8640.0));

// The weights at a face where the Courant number has the value `nu` and the first two
// derivatives `slope` and `curvature` along the line, per cell.
fn weights_of(nu: real, slope: real, curvature: real) -> Weights {
    let nu2 = nu * nu;
    let nu4 = nu2 * nu2;
    let even = EVEN_0 + nu2 * EVEN_2 + nu4 * EVEN_4 + slope * TURN;
    let odd = nu * (ODD_1 + nu2 * ODD_3 + nu4 * ODD_5) + curvature * BEND;
    let d = upwind(min(abs(nu), real(1.0)));
    if DISSIPATION_ONLY {
        return Weights(vec3<real>(), vec3<real>(), d * vec3<real>(real(10.0), real(-5.0), real(1.0)));
    }
    return Weights(even, odd, d * vec3<real>(real(10.0), real(-5.0), real(1.0)));
}
