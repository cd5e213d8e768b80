// What every kernel is told. Twin of `Parameters` in src/gpu/layout.rs.
struct Axis {
    // Cells and stride in this slab, and where the slab begins on the whole axis.
    cells: u32,
    stride: u32,
    offset: u32,
    whole: u32,
    // Centre of the first cell of the whole axis, and the width of a cell; zero
    // where not resolved.
    first: real,
    step: real,
    // What their rounding left.
    first_low: real,
    step_low: real,
}

struct Particle {
    mass: real,
    charge: real,
    moment: real,
    torque: real,
    anomaly: real,
    mass_low: real,
    anomaly_low: real,
    torque_low: real,
    // Of a given spin Hamiltonian h = c + sum_j slope_j p_j: 2/hbar times its slopes and c,
    // what their rounding left, and its slopes. Vectors would be aligned otherwise in f64.
    given_turn: array<array<real, 3>, 4>,
    given_turn_low: array<array<real, 3>, 4>,
    given_slopes: array<array<real, 3>, 3>,
}

struct Parameters {
    // x, y, z, px, py, pz in storage order, the last axis fastest.
    axes: array<Axis, 6>,
    // Of this slab; its first space cell on the whole grid.
    momentum_cells: u32,
    space_cells: u32,
    first_space_cell: u32,
    // Its lines along the swept axis, and the segments that each is cut into.
    lines: u32,
    segments: u32,
    // Always 0, see `kept`; what follows is aligned in either precision.
    zero: u32,
    particle: Particle,
    // Time of the sweep over the width of a cell along it.
    time_over_step: real,
    time: real,
    // Share of the upwind part in the flux of a sweep.
    dissipation: real,
    // What the rounding of `time` left.
    time_low: real,
}

// Fields at a space-cell centre, the kinetic momentum along axes that are not
// resolved, the fields' derivatives along x, y, z. Twin of `FieldRecord`.
struct FieldRecord {
    e: vec3<real>,
    // Share of the particles that an absorption leaves.
    remaining: real,
    b: vec4<real>,
    p: vec4<real>,
    // What the rounding of p, e and b left.
    p_low: vec4<real>,
    e_low: vec4<real>,
    b_low: vec4<real>,
    // Of prescribed potentials.
    force: vec4<real>,
    // Axis times the sine, and cosine, of half the angle by which all spins turn.
    turn: vec4<real>,
    de: array<vec4<real>, 3>,
    db: array<vec4<real>, 3>,
}

// Whether a momentum that is not resolved differs from zero somewhere.
override CANONICAL: bool = true;

@group(0) @binding(0) var<storage, read> parameters: Parameters;
// [space cell of the whole grid]
@group(0) @binding(1) var<storage, read> fields: array<FieldRecord>;

// Read once at the start of a kernel: what is read from a buffer within a loop is
// read again and again.
var<private> particle: Particle;

fn vector_of(components: array<real, 3>) -> vec3<real> {
    return vec3<real>(components[0], components[1], components[2]);
}

// Centre of cell `k` of the slab along an axis; any integer is allowed.
fn centre(axis: Axis, k: i32) -> real {
    return axis.first + real(k + i32(axis.offset)) * axis.step;
}

// Indices along px, py, pz of momentum cell `cell`, with as few divisions as it takes.
fn momentum_indices(cell: u32) -> vec3<u32> {
    let cells_y = parameters.axes[4].cells;
    let cells_z = parameters.axes[5].cells;
    let xy = cell / cells_z;
    let x = xy / cells_y;
    return vec3<u32>(x, xy - x * cells_y, cell - xy * cells_z);
}

// Momentum at the centre of a momentum cell, zero along unresolved axes.
fn momentum_at(x: Axis, y: Axis, z: Axis, index: vec3<u32>) -> vec3<real> {
    let k = vec3<i32>(index);
    return vec3<real>(centre(x, k.x), centre(y, k.y), centre(z, k.z));
}

// The same with the momentum that is not resolved at a space cell of the whole grid.
fn with_canonical(momentum: vec3<real>, space: u32) -> vec3<real> {
    if CANONICAL {
        return momentum + fields[space].p.xyz;
    }
    return momentum;
}
