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

// Fields at a space-cell centre, with their derivatives along x, and the kinetic
// momentum along axes that are not resolved. Twin of `FieldRecord`.
struct FieldRecord {
    e: vec4<real>,
    b: vec4<real>,
    de: vec4<real>,
    db: vec4<real>,
    p: vec4<real>,
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

// Index along a slot of a cell, or of a momentum cell when slot >= 3.
fn index_along(slot: u32, cell: u32) -> u32 {
    return (cell / parameters.axes[slot].stride) % parameters.axes[slot].cells;
}

// Momentum at the centre of momentum cell `cell`, zero along unresolved axes.
fn momentum_of(cell: u32) -> vec3<real> {
    return vec3<real>(
        centre(3u, i32(index_along(3u, cell))),
        centre(4u, i32(index_along(4u, cell))),
        centre(5u, i32(index_along(5u, cell))),
    );
}
