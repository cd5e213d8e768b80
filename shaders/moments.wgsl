// Sums over momentum at every space cell. A workgroup adds its momentum blocks;
// the host finishes the sums in float64.

@group(0) @binding(2) var<storage, read> state: array<Cell>;
// [space cell][workgroup along x][number]
@group(0) @binding(3) var<storage, read_write> partial_sums: array<real>;

// Sixteen numbers; the last is a minimum, the others are sums.
struct Sums {
    a: vec4<real>,
    b: vec4<real>,
    c: vec4<real>,
    d: vec3<real>,
    least: real,
}

// [number][lane]
var<workgroup> lanes: array<real, 1024>;

fn nothing() -> Sums {
    return Sums(vec4<real>(), vec4<real>(), vec4<real>(), vec3<real>(), real(3.0e38));
}

// Four lanes for each number add sixteen lanes each; then one adds the four.
fn write_sums(sum: Sums, lane: u32, group: vec3<u32>, groups: vec3<u32>) {
    for (var k = 0u; k < 4u; k++) {
        lanes[k * LANES + lane] = sum.a[k];
        lanes[(4u + k) * LANES + lane] = sum.b[k];
        lanes[(8u + k) * LANES + lane] = sum.c[k];
    }
    for (var k = 0u; k < 3u; k++) {
        lanes[(12u + k) * LANES + lane] = sum.d[k];
    }
    lanes[15u * LANES + lane] = sum.least;
    workgroupBarrier();
    let number = lane / 4u;
    let quarter = combined(number, number * LANES + (lane % 4u) * 16u, 16u);
    workgroupBarrier();
    lanes[lane] = quarter;
    workgroupBarrier();
    let space = space_of(group, groups);
    if lane < 16u && space < parameters.space_cells {
        partial_sums[(space * groups.x + group.x) * 16u + lane] = combined(lane, lane * 4u, 4u);
    }
}

// Sum, or least, of `count` numbers from `first`.
fn combined(number: u32, first: u32, count: u32) -> real {
    var sum = real(0.0);
    var least = lanes[first];
    for (var i = 0u; i < count; i++) {
        sum += lanes[first + i];
        least = min(least, lanes[first + i]);
    }
    return select(sum, least, number == 15u);
}

// density, stream (v + a^B), magnetisation/mu_B, polarisation/mu_B, hidden stream.
@compute @workgroup_size(64)
fn sources(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let space = min(space_of(group, groups), parameters.space_cells - 1u);
    let field = space + parameters.first_space_cell;
    let e = fields[field].e;
    let b = fields[field].b.xyz;
    let canonical = with_canonical(vec3<real>(), field);
    particle = parameters.particle;
    let grid = momentum_grid(group, lane);
    var sum = nothing();
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let u = state[space * grid.cells + at.cell];
        let p = momentum_of(grid, at) + canonical;
        let stream = density_of(u) * velocity(p);
        if SPIN {
            let f = form_factors(p);
            let w = spin_of(u);
            let along = dot(w, p);
            // - w.(d/dp_j) T(p; 0, B) and - w.(d/dp_j) T(p; E, 0), for all j.
            var magnetic = -f.d_alpha * dot(w, b) * p;
            var magnetisation = f.alpha * w;
            if ANOMALOUS {
                magnetic += f.d_beta * dot(p, b) * along * p + f.beta * (along * b + dot(p, b) * w);
                magnetisation -= f.beta * along * p;
            }
            let hidden = f.d_kappa * dot(w, cross(p, e)) * p + f.kappa * cross(e, w);
            sum.a += vec4<real>(density_of(u), stream + particle.moment * magnetic);
            sum.b += vec4<real>(magnetisation, hidden.x);
            sum.c += vec4<real>(-f.kappa * cross(w, p), hidden.y);
            sum.d.x += hidden.z;
        } else {
            sum.a += vec4<real>(density_of(u), stream);
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
    let space = min(space_of(group, groups), parameters.space_cells - 1u);
    let canonical = with_canonical(vec3<real>(), space + parameters.first_space_cell);
    particle = parameters.particle;
    let grid = momentum_grid(group, lane);
    var sum = nothing();
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let u = state[space * grid.cells + at.cell];
        let p = momentum_of(grid, at) + canonical;
        let w0 = density_of(u);
        let w = spin_of(u);
        let purity = real(0.5) * (w0 * w0 + dot(w, w));
        let edge = select(real(0.0), abs(w0), on_edge(grid, at.index));
        sum.a += vec4<real>(w0, w0 * p);
        sum.b += vec4<real>(w, w0 * kinetic_energy(p));
        sum.c += vec4<real>(purity, edge, abs(w0) * length(p), real(0.0));
        sum.least = min(sum.least, w0 - length(w));
    }
    write_sums(sum, lane, group, groups);
}

// Whether a momentum cell is the first or last of a resolved momentum axis.
fn on_edge(grid: MomentumGrid, index: vec3<u32>) -> bool {
    return ends(grid.x, index.x) || ends(grid.y, index.y) || ends(grid.z, index.z);
}

fn ends(axis: Axis, k: u32) -> bool {
    let whole = k + axis.offset;
    return axis.whole > 1u && (whole == 0u || whole == axis.whole - 1u);
}
