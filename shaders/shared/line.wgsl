// Lines of cells along the swept axis, each of which one invocation advances in place.

const LANES: u32 = 64u;

// Space axes are periodic; a momentum axis is closed, or its edges are joined.
override PERIODIC: bool = false;
// Storage slot of the swept axis.
override SWEPT: u32 = 0u;
// The line goes on in other slabs.
override CUT: bool = false;

@group(0) @binding(2) var<storage, read_write> state: array<Cell>;
// [n][line]: old cells below the slab and the flux into it, replaced by its own last
// ones and the flux out of it.
@group(0) @binding(3) var<storage, read_write> below: array<Cell>;
// The slab above; its first cells are read.
@group(0) @binding(4) var<storage, read> above: array<Cell>;

// A line of the sweep: the cells base + k stride, 0 <= k < cells.
struct Line {
    exists: bool,
    base: u32,
    stride: u32,
    cells: i32,
    // Its number among the lines of the slab where the swept axis is the outermost.
    number: u32,
    // Space cell of k = 0 on the whole grid and the distance to that of k = 1.
    space: u32,
    space_stride: u32,
    // Momentum at k = 0.
    momentum: vec3<real>,
    axis: Axis,
    time_over_step: real,
}

// Whether this slab is the first, or the last, of the whole axis.
fn first_slab() -> bool {
    return !CUT || parameters.axes[SWEPT].offset == 0u;
}

fn last_slab() -> bool {
    let axis = parameters.axes[SWEPT];
    return !CUT || axis.offset + axis.cells == axis.whole;
}

// Cell k of the slab's part of a line.
fn own_cell(line: Line, k: i32) -> Cell {
    return state[line.base + u32(k) * line.stride];
}

// Processors advance eight lanes at a time from end to end: lines eight apart, so that
// the first eight bring the cache lines of all. Graphics devices want neighbours.
override LANES_APART: bool = false;

fn line_number(group: vec3<u32>, groups: vec3<u32>, lane: u32) -> u32 {
    let mine = select(lane, lane % 8u * 8u + lane / 8u, LANES_APART);
    return (group.y * groups.x + group.x) * LANES + mine;
}

// Periodic index of a cell less than two periods away.
fn wrapped(k: i32, cells: i32) -> i32 {
    var j = select(k, k + cells, k < 0);
    j = select(j, j - cells, j >= cells);
    return select(j, j - cells, j >= cells);
}
