// The march: one invocation advances one line in place, cell after cell, with a
// window of six cells in registers; neighbouring invocations, neighbouring lines.
// A kind of speed says what a `Sample` of a cell is and what flows through a face.

const LANES: u32 = 64u;

// Space axes are periodic; nothing crosses the edges of a momentum axis.
override PERIODIC: bool = false;
// Storage slot of the swept axis.
override SWEPT: u32 = 0u;
// The line goes on in other slabs.
override CUT: bool = false;

@group(0) @binding(2) var<storage, read_write> state: array<Cell>;
// [four][line]: the three old cells below the slab and the flux into it, replaced
// by its own last three and the flux out of it.
@group(0) @binding(3) var<storage, read_write> below: array<Cell>;
// The slab above; its first three cells are read.
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

// Three cells left of a face and three right of it.
struct Window {
    l3: Sample,
    l2: Sample,
    l1: Sample,
    r1: Sample,
    r2: Sample,
    r3: Sample,
}

fn shifted(w: Window, next: Sample) -> Window {
    return Window(w.l2, w.l1, w.r1, w.r2, w.r3, next);
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

// Old cell k = -3, -2, -1 before the slab's part; nothing beyond a closed edge.
fn cell_before(line: Line, k: i32) -> Cell {
    if CUT {
        let cell = below[u32(k + 3) * line.stride + line.number];
        return select(cell, Cell(), !PERIODIC && first_slab());
    }
    if PERIODIC {
        return own_cell(line, line.cells + k);
    }
    return Cell();
}

// Old cell 0, 1, 2 after the slab's part; `head` the first three of the line.
fn cell_after(line: Line, k: i32, head: Window) -> Cell {
    if CUT {
        let cell = above[u32(k) * line.stride + line.number];
        return select(cell, Cell(), !PERIODIC && last_slab());
    }
    if PERIODIC {
        return select(select(head.r3.u, head.r2.u, k == 1), head.r1.u, k == 0);
    }
    return Cell();
}

// Processors advance eight lanes at a time from end to end: lines eight apart, so that
// the first eight bring the cache lines of all. Graphics devices want neighbours.
override LANES_APART: bool = false;

@compute @workgroup_size(64)
fn sweep(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    particle = parameters.particle;
    dissipation = parameters.dissipation;
    let mine = select(lane, lane % 8u * 8u + lane / 8u, LANES_APART);
    let line = line_of((group.y * groups.x + group.x) * LANES + mine);
    if !line.exists {
        return;
    }
    prepare(line);
    let head = Window(
        sample(line, -3, cell_before(line, -3)),
        sample(line, -2, cell_before(line, -2)),
        sample(line, -1, cell_before(line, -1)),
        sample(line, 0, own_cell(line, 0)),
        sample(line, 1, own_cell(line, 1)),
        sample(line, 2, own_cell(line, 2)),
    );
    var w = head;
    // What flows into the cell at hand; nothing through a closed edge.
    var lower = select(face_flux(w), Cell(), !PERIODIC && first_slab());
    if CUT && !first_slab() {
        // One flux for both sides of the cut, to the last bit.
        lower = below[3u * line.stride + line.number];
    }
    var k = 0;
    for (; k < line.cells - 3; k++) {
        w = shifted(w, sample(line, k + 3, own_cell(line, k + 3)));
        let upper = face_flux(w);
        state[line.base + u32(k) * line.stride] = w.l1.u - (upper - lower);
        lower = upper;
    }
    for (; k < line.cells; k++) {
        w = shifted(w, sample(line, k + 3, cell_after(line, k + 3 - line.cells, head)));
        let closed = !PERIODIC && last_slab() && k == line.cells - 1;
        let upper = select(face_flux(w), Cell(), closed);
        state[line.base + u32(k) * line.stride] = w.l1.u - (upper - lower);
        lower = upper;
    }
    if CUT {
        below[line.number] = w.l3.u;
        below[line.stride + line.number] = w.l2.u;
        below[2u * line.stride + line.number] = w.l1.u;
        below[3u * line.stride + line.number] = lower;
    }
}

// Periodic index of a cell less than two periods away.
fn wrapped(k: i32, cells: i32) -> i32 {
    var j = select(k, k + cells, k < 0);
    j = select(j, j - cells, j >= cells);
    return select(j, j - cells, j >= cells);
}
