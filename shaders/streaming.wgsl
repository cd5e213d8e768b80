// dt W + d_xj( (v_j + a_j) W ) = 0: streaming with the hidden velocity due to B.

// v_j at cell k.
fn scalar_speed(line: Line, k: i32) -> real {
    if CANONICAL {
        return velocity(line.momentum + fields[space_at(line, k)].p.xyz)[DIRECTION];
    }
    return velocity(line.momentum)[DIRECTION];
}

// a_j at cell k.
fn coupling(line: Line, k: i32) -> vec3<real> {
    let space = space_at(line, k);
    let p = with_canonical(line.momentum, space);
    return -particle.moment * magnetic_gradient(form_factors(p), p, unit(DIRECTION), fields[space].b.xyz);
}
