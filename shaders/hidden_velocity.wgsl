// dt W + d_xj( a_j W ) = 0: the hidden velocity due to E.

// The hidden velocity is all there is.
fn scalar_speed(line: Line, k: i32) -> real {
    return real(0.0);
}

// a_j at cell k.
fn coupling(line: Line, k: i32) -> vec3<real> {
    let space = space_at(line, k);
    let p = with_canonical(line.momentum, space);
    return -particle.moment * electric_gradient(form_factors(p), p, unit(DIRECTION), fields[space].e);
}
