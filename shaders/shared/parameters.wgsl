// What every kernel is told. Twin of `Parameters` in src/gpu/layout.rs.
struct Axis {
    cells: u32,
    stride: u32,
    // Centre of the first cell, and the width of a cell; zero where not resolved.
    first: real,
    step: real,
}

struct Parameters {
    // x, y, z, px, py, pz in storage order, the last axis fastest.
    axes: array<Axis, 6>,
    momentum_cells: u32,
    space_cells: u32,
    // Direction of the sweep: 0, 1, 2.
    direction: u32,
    // Whether an advection sweep carries v besides the hidden velocity.
    streaming: u32,
    mass: real,
    charge: real,
    moment: real,
    torque: real,
    anomaly: real,
    // Time of the sweep over the width of a cell along it.
    time_over_step: real,
    time: real,
}

// Fields at a space-cell centre, the kinetic momentum along axes that are not
// resolved, and the fields' derivatives along x, y, z. Twin of `FieldRecord`.
struct FieldRecord {
    e: vec4<real>,
    b: vec4<real>,
    p: vec4<real>,
    de: array<vec4<real>, 3>,
    db: array<vec4<real>, 3>,
}

@group(0) @binding(0) var<storage, read> parameters: Parameters;
@group(0) @binding(1) var<storage, read> fields: array<FieldRecord>;

fn axis_unit(direction: u32) -> vec3<real> {
    return vec3<real>(vec3<u32>(0u, 1u, 2u) == vec3<u32>(direction));
}

// Centre of cell `k` along storage slot `slot`; any integer is allowed.
fn centre(slot: u32, k: i32) -> real {
    return parameters.axes[slot].first + real(k) * parameters.axes[slot].step;
}

// Indices along px, py, pz of momentum cell `cell`, with as few divisions as it takes.
fn momentum_indices(cell: u32) -> vec3<u32> {
    let cells_y = parameters.axes[4].cells;
    let cells_z = parameters.axes[5].cells;
    let xy = cell / cells_z;
    let x = xy / cells_y;
    return vec3<u32>(x, xy - x * cells_y, cell - xy * cells_z);
}

// Momentum at the centre of momentum cell `cell`, zero along unresolved axes.
fn momentum_of(cell: u32) -> vec3<real> {
    let index = vec3<i32>(momentum_indices(cell));
    return vec3<real>(centre(3u, index.x), centre(4u, index.y), centre(5u, index.z));
}
