// Work by momentum blocks: a workgroup visits the cells of one space cell, whose
// fields are read once; its lanes take turns.

const LANES: u32 = 64u;
// Momentum cells of a workgroup.
const BLOCK: u32 = 4096u;

// Space cell of a workgroup in this slab; more than one dimension of a dispatch
// holds go on along z.
fn space_of(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.z * groups.y + group.y;
}

// A momentum cell of the slab, and its indices along px, py, pz.
struct Cursor {
    cell: u32,
    index: vec3<u32>,
    // How far the indices move by LANES cells, but for carries.
    stride: vec3<u32>,
}

fn first_of(group: vec3<u32>, lane: u32) -> Cursor {
    let cell = group.x * BLOCK + lane;
    return Cursor(cell, momentum_indices(cell), momentum_indices(LANES));
}

// The cell after the last of a workgroup.
fn end_of(group: vec3<u32>) -> u32 {
    return min((group.x + 1u) * BLOCK, parameters.momentum_cells);
}

// LANES cells on: carries instead of divisions.
fn next_of(at: Cursor) -> Cursor {
    var index = at.index + at.stride;
    let z = index.z >= parameters.axes[5].cells;
    index.z -= select(0u, parameters.axes[5].cells, z);
    index.y += u32(z);
    let y = index.y >= parameters.axes[4].cells;
    index.y -= select(0u, parameters.axes[4].cells, y);
    index.x += u32(y);
    return Cursor(at.cell + LANES, index, at.stride);
}
