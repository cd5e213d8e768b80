// dt w = (2 mu_B/hbar) w x T + (2/hbar) h x w: the exact rotation of w about T and a given h, in place.

@group(0) @binding(2) var<storage, read_write> state: array<Cell>;

// cos x and sin(x)/x for |x| <= pi/2 as series in x^2: WGSL promises its own sin and
// cos to 2^-11 only. The terms left out are below 7e-9 in f32 and 2e-17 in f64.
fn cosine(x2: real) -> real {
    var s = real(1.0 / 479001600.0);
    if DOUBLE {
        var t = real(1.0 / 2432902008176640000.0);
        t = real(-1.0 / 6402373705728000.0) + x2 * t;
        t = real(1.0 / 20922789888000.0) + x2 * t;
        s += x2 * (real(-1.0 / 87178291200.0) + x2 * t);
    }
    s = real(-1.0 / 3628800.0) + x2 * s;
    s = real(1.0 / 40320.0) + x2 * s;
    s = real(-1.0 / 720.0) + x2 * s;
    s = real(1.0 / 24.0) + x2 * s;
    s = real(-0.5) + x2 * s;
    return real(1.0) + x2 * s;
}

fn sinc(x2: real) -> real {
    var s = real(1.0 / 6227020800.0);
    if DOUBLE {
        var t = real(1.0 / 51090942171709440000.0);
        t = real(-1.0 / 121645100408832000.0) + x2 * t;
        t = real(1.0 / 355687428096000.0) + x2 * t;
        s += x2 * (real(-1.0 / 1307674368000.0) + x2 * t);
    }
    s = real(-1.0 / 39916800.0) + x2 * s;
    s = real(1.0 / 362880.0) + x2 * s;
    s = real(-1.0 / 5040.0) + x2 * s;
    s = real(1.0 / 120.0) + x2 * s;
    s = real(-1.0 / 6.0) + x2 * s;
    return real(1.0) + x2 * s;
}

// w turned by |turn| <= pi about `turn`.
fn rotated(w: vec3<real>, turn: vec3<real>) -> vec3<real> {
    let half_turn = real(0.5) * turn;
    let x2 = dot(half_turn, half_turn);
    return turned_by(w, sinc(x2) * half_turn, cosine(x2));
}

@compute @workgroup_size(64)
fn rotate(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    particle = parameters.particle;
    let space = space_of(group, groups);
    if space >= parameters.space_cells {
        return;
    }
    let field = space + parameters.first_space_cell;
    let e = fields[field].e;
    let b = fields[field].b.xyz;
    let canonical = with_canonical(vec3<real>(), field);
    let strength = -particle.torque * parameters.time;
    let grid = momentum_grid(group, lane);
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let p = momentum_of(grid, at) + canonical;
        let cell = space * grid.cells + at.cell;
        let u = state[cell];
        let turn = strength * precession(form_factors(p), p, e, b) + parameters.time * given_turn(p);
        state[cell] = vec4<real>(u.x, rotated(u.yzw, turn));
    }
}
