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

// The momentum axes, read once, and the cells of a lane.
struct MomentumGrid {
    x: Axis,
    y: Axis,
    z: Axis,
    cells: u32,
    // The cell after the lane's last.
    end: u32,
    // How far indices move by ROW cells, but for carries.
    stride: vec3<u32>,
}

// Lanes that visit neighbouring cells together: a row takes part of the block from
// its beginning to its end, as caches like it.
const ROW: u32 = 8u;

// Cells of each row of a workgroup: alike, and whole turns of the row.
fn row_cells(group: vec3<u32>) -> u32 {
    let cells = min(BLOCK, parameters.momentum_cells - group.x * BLOCK);
    return (cells + LANES - 1u) / LANES * ROW;
}

fn momentum_grid(group: vec3<u32>, lane: u32) -> MomentumGrid {
    let block_end = min((group.x + 1u) * BLOCK, parameters.momentum_cells);
    let row_end = group.x * BLOCK + (lane / ROW + 1u) * row_cells(group);
    return MomentumGrid(
        parameters.axes[3],
        parameters.axes[4],
        parameters.axes[5],
        parameters.momentum_cells,
        min(row_end, block_end),
        momentum_indices(ROW),
    );
}

// A momentum cell of the slab, and its indices along px, py, pz.
struct Cursor {
    cell: u32,
    index: vec3<u32>,
}

fn first_of(group: vec3<u32>, lane: u32) -> Cursor {
    let cell = group.x * BLOCK + lane / ROW * row_cells(group) + lane % ROW;
    return Cursor(cell, momentum_indices(cell));
}

// The lane's next cell: carries instead of divisions.
fn next_of(grid: MomentumGrid, at: Cursor) -> Cursor {
    var index = at.index + grid.stride;
    let z = index.z >= grid.z.cells;
    index.z -= select(0u, grid.z.cells, z);
    index.y += u32(z);
    let y = index.y >= grid.y.cells;
    index.y -= select(0u, grid.y.cells, y);
    index.x += u32(y);
    return Cursor(at.cell + ROW, index);
}

fn momentum_of(grid: MomentumGrid, at: Cursor) -> vec3<real> {
    return momentum_at(grid.x, grid.y, grid.z, at.index);
}
