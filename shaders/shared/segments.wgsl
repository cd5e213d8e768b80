// The lines of a slab along the swept axis, cut into segments of nearly equal length. All
// advance in place and in any order, as the old cells on either side of each are kept
// beforehand.

const LANES: u32 = 64u;

// Storage slot of the swept axis.
override SWEPT: u32 = 0u;
// Cells on either side of a segment that its sweep reads.
override REACH: u32 = 3u;

// Cell k of line `number` is cell first_of(number) + k stride of the slab.
fn first_of(number: u32, axis: Axis) -> u32 {
    let outer = number / axis.stride;
    return outer * axis.cells * axis.stride + (number - outer * axis.stride);
}

// The first cell of a segment, and the end of the one before.
fn edge(segment: u32, axis: Axis) -> i32 {
    return i32(segment * axis.cells / parameters.segments);
}

// Whether all cells of a line are in this slab.
fn whole(axis: Axis) -> bool {
    return axis.cells == axis.whole;
}

// Periodic index of a cell less than two periods away.
fn wrapped(k: i32, cells: i32) -> i32 {
    var j = select(k, k + cells, k < 0);
    j = select(j, j - cells, j >= cells);
    return select(j, j - cells, j >= cells);
}
