// Fluxes of momentum, spin and energy and the torque: sums over momentum at every
// space cell. Twin of src/reference/balance.rs.

@group(0) @binding(2) var<storage, read> state: array<Cell>;
// [space cell][workgroup along x][number]
@group(0) @binding(3) var<storage, read_write> partial_sums: array<real>;

// Flux of momentum along x, y and z, of spin likewise, energy flux, torque.
const VECTORS: u32 = 8u;
const NUMBERS: u32 = 24u;

// [number][lane]
var<workgroup> lanes: array<real, 1536>;

// What crosses a plane: (v w0 + a.w, v w + a w0).
struct Flow {
    density: real,
    spin: vec3<real>,
}

fn flow(f: FormFactors, p: vec3<real>, u: Cell, speed: real, direction: u32, field: u32) -> Flow {
    if !SPIN {
        return Flow(speed * density_of(u), vec3<real>());
    }
    let j = unit(direction);
    let gradient = magnetic_gradient(f, p, j, fields[field].b.xyz) + electric_gradient(f, p, j, fields[field].e);
    let hidden = -particle.moment * gradient;
    return Flow(
        speed * density_of(u) + dot(hidden, spin_of(u)),
        speed * spin_of(u) + density_of(u) * hidden,
    );
}

@compute @workgroup_size(64)
fn balance(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let space = min(space_of(group, groups), parameters.space_cells - 1u);
    let field = space + parameters.first_space_cell;
    let canonical = with_canonical(vec3<real>(), field);
    particle = parameters.particle;
    let grid = momentum_grid(group, lane);
    var sums = array<vec3<real>, VECTORS>();
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let u = state[space * grid.cells + at.cell];
        let p = momentum_of(grid, at) + canonical;
        let v = velocity(p);
        let f = form_factors(p);
        let x = flow(f, p, u, v.x, 0u, field);
        let y = flow(f, p, u, v.y, 1u, field);
        let z = flow(f, p, u, v.z, 2u, field);
        sums[0] += p * x.density;
        sums[1] += p * y.density;
        sums[2] += p * z.density;
        let energy = kinetic_energy(p);
        if SPIN {
            sums[3] += x.spin;
            sums[4] += y.spin;
            sums[5] += z.spin;
            let t = particle.moment * precession(f, p, fields[field].e, fields[field].b.xyz);
            sums[6] += energy * vec3<real>(x.density, y.density, z.density)
                - vec3<real>(dot(t, x.spin), dot(t, y.spin), dot(t, z.spin));
            sums[7] += cross(spin_of(u), t);
        } else {
            sums[6] += energy * vec3<real>(x.density, y.density, z.density);
        }
    }
    for (var k = 0u; k < VECTORS; k++) {
        for (var i = 0u; i < 3u; i++) {
            lanes[(3u * k + i) * LANES + lane] = sums[k][i];
        }
    }
    // Two lanes for each number add 32 lanes each; then one adds the two.
    workgroupBarrier();
    let half = added(min(lane, 2u * NUMBERS - 1u) * 32u, 32u);
    workgroupBarrier();
    lanes[lane] = half;
    workgroupBarrier();
    if lane < NUMBERS && space_of(group, groups) < parameters.space_cells {
        partial_sums[(space * groups.x + group.x) * NUMBERS + lane] = added(2u * lane, 2u);
    }
}

fn added(first: u32, count: u32) -> real {
    var sum = real(0.0);
    for (var i = 0u; i < count; i++) {
        sum += lanes[first + i];
    }
    return sum;
}
