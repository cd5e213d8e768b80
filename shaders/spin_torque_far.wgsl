// The rotation of `spin_torque.wgsl` by angles of many turns: these are taken off an angle
// in two parts, so that what is left has the digits of a small one.

// A whole turn, in two parts.
const TURN: real = real(6.283185307179586);

fn turn_low() -> real {
    if DOUBLE {
        return real(2.4492935982947064e-16);
    }
    return real(-1.7484555007466e-7);
}

// T(p; E, B).
fn wide_precession(f: WideFactors, p: Wide3, e: Wide3, b: Wide3) -> Wide3 {
    let magnetic = product_of3(all_of(f.alpha), b);
    // - kappa p x E
    let kappa_p = product_of3(all_of(Wide(-f.kappa.hi, -f.kappa.lo)), p);
    let one = product_of3(turned(kappa_p), turned(turned(e)));
    let other = product_of3(turned(turned(kappa_p)), turned(e));
    var t = added3(added3(magnetic, one), Wide3(-other.hi, -other.lo));
    if ANOMALOUS {
        let along = product_of(f.beta, total_of(product_of3(p, b)));
        t = added3(t, product_of3(all_of(Wide(-along.hi, -along.lo)), p));
    }
    return normal3(t.hi, t.lo);
}

// `turn` without its whole turns.
fn remainder(turn: Wide3) -> vec3<real> {
    let square = total_of(product_of3(turn, turn));
    if square.hi == real(0.0) {
        return vec3<real>();
    }
    let angle = root_of(square);
    let turns = round(angle.hi / TURN);
    let whole = two_product(turns, TURN);
    let left = sum_of(angle, Wide(-whole.hi, -whole.lo - turns * turn_low()));
    return (left.hi / angle.hi) * turn.hi;
}

@compute @workgroup_size(64)
fn rotate_far(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    zero = parameters.zero;
    particle = parameters.particle;
    let space = space_of(group, groups);
    if space >= parameters.space_cells {
        return;
    }
    let field = space + parameters.first_space_cell;
    let e = Wide3(fields[field].e, fields[field].e_low.xyz);
    let b = Wide3(fields[field].b.xyz, fields[field].b_low.xyz);
    let time = Wide(parameters.time, parameters.time_low);
    let strength = product_of(Wide(-particle.torque, -particle.torque_low), time);
    let grid = momentum_grid(group, lane);
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let p = wide_momentum(grid, at, field);
        let eps = wide_energy(total_of(product_of3(p, p)));
        var turn = product_of3(all_of(strength), wide_precession(wide_factors(eps), p, e, b));
        if GIVEN {
            turn = added3(turn, product_of3(all_of(time), wide_given_turn(p)));
            turn = normal3(turn.hi, turn.lo);
        }
        let cell = space * grid.cells + at.cell;
        let u = state[cell];
        state[cell] = vec4<real>(u.x, rotated(u.yzw, remainder(turn)));
    }
}
