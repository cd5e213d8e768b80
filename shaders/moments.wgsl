// Sums over momentum at every space cell. Each workgroup adds LANES * RUN cells
// of one space cell by a tree; the host finishes the sums in float64.

const LANES: u32 = 64u;
const RUN: u32 = 8u;

@group(0) @binding(2) var<storage, read> state: array<Cell>;
// [space cell][workgroup along x]
@group(0) @binding(3) var<storage, read_write> partial_sums: array<Sums>;

// Sixteen numbers; the last is a minimum, the others are sums.
struct Sums {
    a: vec4<real>,
    b: vec4<real>,
    c: vec4<real>,
    d: vec3<real>,
    least: real,
}

var<workgroup> lanes: array<Sums, 64>;

fn added(x: Sums, y: Sums) -> Sums {
    return Sums(x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d, min(x.least, y.least));
}

fn nothing() -> Sums {
    return Sums(vec4<real>(), vec4<real>(), vec4<real>(), vec3<real>(), real(3.0e38));
}

// Space cell of a workgroup; more than one dimension of a dispatch holds go on along z.
fn space_cell(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.z * groups.y + group.y;
}

fn write_sums(sum: Sums, lane: u32, group: vec3<u32>, groups: vec3<u32>) {
    lanes[lane] = sum;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            lanes[lane] = added(lanes[lane], lanes[lane + half]);
        }
    }
    let space = space_cell(group, groups);
    if lane == 0u && space < parameters.space_cells {
        partial_sums[space * groups.x + group.x] = lanes[0];
    }
}

// density, stream (v + a^B), magnetisation/mu_B, polarisation/mu_B, hidden stream.
@compute @workgroup_size(64)
fn sources(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let space = min(space_cell(group, groups), parameters.space_cells - 1u);
    let field = fields[space];
    let e = field.e.xyz;
    let b = field.b.xyz;
    let none = vec3<real>();
    var sum = nothing();
    for (var run = 0u; run < RUN; run++) {
        let cell = (group.x * RUN + run) * LANES + lane;
        if cell < parameters.momentum_cells {
            let u = state[space * parameters.momentum_cells + cell];
            let p = momentum_of(cell) + field.p.xyz;
            let w = spin_of(u);
            var stream = density_of(u) * velocity(p);
            var hidden = vec3<real>();
            var magnetisation = vec3<real>();
            var polarisation = vec3<real>();
            if parameters.moment != real(0.0) {
                let f = form_factors(p);
                for (var j = 0u; j < 3u; j++) {
                    let unit = axis_unit(j);
                    stream += unit * (-parameters.moment * dot(w, precession_gradient(f, p, unit, none, b)));
                    hidden += unit * (-parameters.moment * dot(w, precession_gradient(f, p, unit, e, none)));
                }
                magnetisation = f.alpha * w - f.beta * dot(p, w) * p;
                polarisation = -f.kappa * cross(w, p);
            }
            sum.a += vec4<real>(density_of(u), stream);
            sum.b += vec4<real>(magnetisation, hidden.x);
            sum.c += vec4<real>(polarisation, hidden.y);
            sum.d += vec3<real>(hidden.z, real(0.0), real(0.0));
        }
    }
    write_sums(sum, lane, group, groups);
}

// density, momentum; spin, kinetic energy; purity, edge, |p| |w0|; min(w0 - |w|).
@compute @workgroup_size(64)
fn observables(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let space = min(space_cell(group, groups), parameters.space_cells - 1u);
    let field = fields[space];
    var sum = nothing();
    for (var run = 0u; run < RUN; run++) {
        let cell = (group.x * RUN + run) * LANES + lane;
        if cell < parameters.momentum_cells {
            let u = state[space * parameters.momentum_cells + cell];
            let p = momentum_of(cell) + field.p.xyz;
            let w0 = density_of(u);
            let w = spin_of(u);
            let index = momentum_indices(cell);
            var edge = false;
            for (var k = 0u; k < 3u; k++) {
                let cells = parameters.axes[3u + k].cells;
                edge = edge || (cells > 1u && (index[k] == 0u || index[k] == cells - 1u));
            }
            let purity = real(0.5) * (w0 * w0 + dot(w, w));
            sum.a += vec4<real>(w0, w0 * p);
            sum.b += vec4<real>(w, w0 * kinetic_energy(p));
            sum.c += vec4<real>(purity, select(real(0.0), abs(w0), edge), abs(w0) * length(p), real(0.0));
            sum.least = min(sum.least, w0 - length(w));
        }
    }
    write_sums(sum, lane, group, groups);
}
