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

// The momentum axes, read once.
struct MomentumGrid {
    x: Axis,
    y: Axis,
    z: Axis,
    cells: u32,
    // The cell after the last of the workgroup.
    end: u32,
    // How far indices move by LANES cells, but for carries.
    stride: vec3<u32>,
}

fn momentum_grid(group: vec3<u32>) -> MomentumGrid {
    return MomentumGrid(
        parameters.axes[3],
        parameters.axes[4],
        parameters.axes[5],
        parameters.momentum_cells,
        min((group.x + 1u) * BLOCK, parameters.momentum_cells),
        momentum_indices(LANES),
    );
}

// A momentum cell of the slab, and its indices along px, py, pz.
struct Cursor {
    cell: u32,
    index: vec3<u32>,
}

fn first_of(group: vec3<u32>, lane: u32) -> Cursor {
    let cell = group.x * BLOCK + lane;
    return Cursor(cell, momentum_indices(cell));
}

// LANES cells on: carries instead of divisions.
fn next_of(grid: MomentumGrid, at: Cursor) -> Cursor {
    var index = at.index + grid.stride;
    let z = index.z >= grid.z.cells;
    index.z -= select(0u, grid.z.cells, z);
    index.y += u32(z);
    let y = index.y >= grid.y.cells;
    index.y -= select(0u, grid.y.cells, y);
    index.x += u32(y);
    return Cursor(at.cell + LANES, index);
}

// Momentum at a cell's centre, zero along unresolved axes.
fn momentum_of(grid: MomentumGrid, at: Cursor) -> vec3<real> {
    let k = vec3<i32>(at.index);
    return vec3<real>(centre(grid.x, k.x), centre(grid.y, k.y), centre(grid.z, k.z));
}
