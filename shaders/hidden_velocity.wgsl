// dt W + d_xj( a_j W ) = 0: the hidden velocity due to E and a given h.

// The hidden velocity is all there is.
fn scalar_speed(line: Line, k: i32) -> real {
    return real(0.0);
}

// a_j at cell k.
fn coupling(line: Line, k: i32) -> vec3<real> {
    let space = space_at(line, k);
    let p = with_canonical(line.momentum, space);
    let electric = -particle.moment * electric_gradient(form_factors(p), p, unit(DIRECTION), fields[space].e);
    if GIVEN {
        return electric + vector_of(particle.given_slopes[DIRECTION]);
    }
    return electric;
}
