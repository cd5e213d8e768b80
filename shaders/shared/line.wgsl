// Segments of lines of cells along the swept axis, each of which one invocation advances
// in place.

// Whether old cells on either side are kept; what is one piece, all of a line, needs none.
override KEPT: bool = false;
// Space axes are periodic; a momentum axis is closed, or its edges are joined.
override PERIODIC: bool = false;

@group(0) @binding(2) var<storage, read_write> state: array<Cell>;
// [segment][cell][line]: the old cells on either side.
@group(0) @binding(3) var<storage, read> before: array<Cell>;
@group(0) @binding(4) var<storage, read> after: array<Cell>;

// A segment of a line: the cells base + k stride of the slab, first <= k < end.
struct Line {
    exists: bool,
    base: u32,
    stride: u32,
    first: i32,
    end: i32,
    // Its number among the lines of the slab, and that of the segment.
    number: u32,
    segment: u32,
    // Space cell of k = 0 on the whole grid and the distance to that of k = 1.
    space: u32,
    space_stride: u32,
    // Momentum at k = 0.
    momentum: vec3<real>,
    axis: Axis,
    time_over_step: real,
}

// A segment of line `number`; its momentum without what is not resolved.
fn segment_of(exists: bool, segment: u32, number: u32) -> Line {
    let axis = parameters.axes[SWEPT];
    let momentum_cells = parameters.momentum_cells;
    let base = first_of(number, axis);
    let space = base / momentum_cells;
    let index = momentum_indices(base - space * momentum_cells);
    return Line(
        exists,
        base,
        axis.stride,
        edge(segment, axis),
        edge(segment + 1u, axis),
        number,
        segment,
        space + parameters.first_space_cell,
        // 0 along momenta.
        axis.stride / momentum_cells,
        momentum_at(parameters.axes[3], parameters.axes[4], parameters.axes[5], index),
        axis,
        parameters.time_over_step,
    );
}

// Cell k of the slab's part of a line.
fn own_cell(line: Line, k: i32) -> Cell {
    return state[line.base + u32(k) * line.stride];
}

// Old cell k, beyond the segment; nothing beyond a closed edge. To be asked for before the
// march, which changes what one piece finds at its own other end.
fn beyond(line: Line, k: i32) -> Cell {
    let place = k + i32(line.axis.offset);
    if !PERIODIC && (place < 0 || place >= i32(line.axis.whole)) {
        return Cell();
    }
    if !KEPT {
        return own_cell(line, wrapped(k, i32(line.axis.cells)));
    }
    let row = line.segment * REACH;
    if k < line.first {
        return before[(row + u32(k - line.first + i32(REACH))) * parameters.lines + line.number];
    }
    return after[(row + u32(k - line.end)) * parameters.lines + line.number];
}

// Whether nothing crosses the face between the cells k and k + 1.
fn closed(line: Line, k: i32) -> bool {
    let face = k + 1 + i32(line.axis.offset);
    return !PERIODIC && (face == 0 || face == i32(line.axis.whole));
}

// Processors advance eight lanes at a time from end to end: lines eight apart, so that
// the first eight bring the cache lines of all. Graphics devices want neighbours.
override LANES_APART: bool = false;

fn number_of(group: vec3<u32>, groups: vec3<u32>, lane: u32) -> u32 {
    let mine = select(lane, lane % 8u * 8u + lane / 8u, LANES_APART);
    return (group.y * groups.x + group.x) * LANES + mine;
}
