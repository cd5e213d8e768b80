// dt w = (2 mu_B/hbar) w x T: the exact rotation of w about T, in place.

@group(0) @binding(2) var<storage, read_write> state: array<Cell>;

// One invocation turns this many space cells at one momentum.
const RUN: u32 = 8u;

// sin(x)/x and (1 - cos(x))/x^2 for |x| <= pi as power series in x^2: WGSL
// promises its own sin and cos to 2^-11 only. Last terms below 1e-15.
fn series(ratios: array<real, 13>, x2: real) -> real {
    var sum = real(1.0);
    for (var n = 12; n >= 0; n--) {
        sum = real(1.0) - sum * x2 * ratios[n];
    }
    return sum;
}

fn sinc(x2: real) -> real {
    return series(array<real, 13>(
        real(1.0 / 6.0), real(1.0 / 20.0), real(1.0 / 42.0), real(1.0 / 72.0), real(1.0 / 110.0),
        real(1.0 / 156.0), real(1.0 / 210.0), real(1.0 / 272.0), real(1.0 / 342.0), real(1.0 / 420.0),
        real(1.0 / 506.0), real(1.0 / 600.0), real(1.0 / 702.0),
    ), x2);
}

fn versine(x2: real) -> real {
    return real(0.5) * series(array<real, 13>(
        real(1.0 / 12.0), real(1.0 / 30.0), real(1.0 / 56.0), real(1.0 / 90.0), real(1.0 / 132.0),
        real(1.0 / 182.0), real(1.0 / 240.0), real(1.0 / 306.0), real(1.0 / 380.0), real(1.0 / 462.0),
        real(1.0 / 552.0), real(1.0 / 650.0), real(1.0 / 756.0),
    ), x2);
}

fn rotated(w: vec3<real>, whole_turn: vec3<real>) -> vec3<real> {
    // Whole turns drop out; 2 pi in two parts, the first short.
    var turn = whole_turn;
    let angle = length(turn);
    let turns = round(angle * real(0.15915494309189535));
    if turns > real(0.0) {
        let rest = (angle - turns * real(6.28125)) - turns * real(0.0019353071795864769);
        turn *= rest / angle;
    }
    let x2 = dot(turn, turn);
    let first = cross(turn, w);
    return w + sinc(x2) * first + versine(x2) * cross(turn, first);
}

// id.x and id.z: momentum cell; id.y: block of space cells.
@compute @workgroup_size(64)
fn rotate(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let momentum_cell = id.z * groups.x * 64u + id.x;
    if momentum_cell >= parameters.momentum_cells {
        return;
    }
    let momentum = momentum_of(momentum_cell);
    for (var run = 0u; run < RUN; run++) {
        let space = id.y * RUN + run;
        if space < parameters.space_cells {
            let field = fields[space];
            let t = precession_field(momentum + field.p.xyz, field.e.xyz, field.b.xyz);
            let cell = space * parameters.momentum_cells + momentum_cell;
            let u = state[cell];
            state[cell] = vec4<real>(u.x, rotated(u.yzw, (-parameters.torque * parameters.time) * t));
        }
    }
}
