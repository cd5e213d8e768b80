// dt w = (2 mu_B/hbar) w x T: the exact rotation of w about T, in place.

@group(0) @binding(2) var<storage, read_write> state: array<Cell>;

// sin(x)/x and (1 - cos(x))/x^2 for |x| <= pi as power series in x^2: WGSL
// promises its own sin and cos to 2^-11 only. Last terms below 1e-15.
fn sinc(x2: real) -> real {
    var sum = real(1.0);
    for (var n = 13; n >= 1; n--) {
        sum = real(1.0) - sum * x2 / real((2 * n) * (2 * n + 1));
    }
    return sum;
}

fn versine(x2: real) -> real {
    var sum = real(1.0);
    for (var n = 13; n >= 1; n--) {
        sum = real(1.0) - sum * x2 / real((2 * n + 1) * (2 * n + 2));
    }
    return real(0.5) * sum;
}

@compute @workgroup_size(64)
fn rotate(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = id.y * groups.x * 64u + id.x;
    if cell >= parameters.space_cells * parameters.momentum_cells {
        return;
    }
    let field = fields[cell / parameters.momentum_cells];
    let p = momentum_of(cell % parameters.momentum_cells) + field.p.xyz;
    let t = precession_field(p, field.e.xyz, field.b.xyz);
    var turn = (-parameters.torque * parameters.time) * t;
    // Whole turns drop out; 2 pi in two parts, the first short.
    let angle = length(turn);
    let turns = round(angle * real(0.15915494309189535));
    if turns > real(0.0) {
        let rest = (angle - turns * real(6.28125)) - turns * real(0.0019353071795864769);
        turn *= rest / angle;
    }
    let x2 = dot(turn, turn);
    let w = state[cell].yzw;
    let first = cross(turn, w);
    state[cell] = vec4<real>(state[cell].x, w + sinc(x2) * first + versine(x2) * cross(turn, first));
}
