// What both sweep kernels share: a march along the axis, one invocation for
// MARCH cells of a line, neighbouring invocations on neighbouring lines.

const MARCH: i32 = 8;
const LANES: u32 = 64u;

// Space axes are periodic; nothing crosses the edges of a momentum axis.
override PERIODIC: bool = false;
// Whether w0 fluxes are summed over momentum and written out.
override READ_FLUX: bool = false;

@group(0) @binding(2) var<storage, read> state_in: array<Cell>;
@group(0) @binding(3) var<storage, read_write> state_out: array<Cell>;
// One partial sum per face and workgroup: [space cell][workgroup along x].
@group(0) @binding(4) var<storage, read_write> face_flux: array<real>;

// [face of the march][lane]
var<workgroup> lane_flux: array<real, 512>;

// A line of the sweep: the cells base + k stride, 0 <= k < cells.
struct Line {
    exists: bool,
    base: u32,
    stride: u32,
    cells: i32,
    // Space cell of k = 0 and the distance to that of k = 1.
    space: u32,
    space_stride: u32,
    // Momentum at k = 0, and the fields there.
    momentum: vec3<real>,
    field: FieldRecord,
}

// Periodic index of a cell at most two periods away.
fn wrapped(k: i32, cells: i32) -> i32 {
    var j = select(k, k + cells, k < 0);
    j = select(j, j - cells, j >= cells);
    return select(j, j - cells, j >= cells);
}

// Cell k of a line; beyond the edges periodic, or empty.
fn cell_at(line: Line, k: i32) -> Cell {
    if PERIODIC {
        return state_in[line.base + u32(wrapped(k, line.cells)) * line.stride];
    }
    let inside = k >= 0 && k < line.cells;
    let cell = state_in[line.base + u32(clamp(k, 0, line.cells - 1)) * line.stride];
    return select(Cell(), cell, inside);
}

// Whether anything may cross the lower face of cell k.
fn open_face(line: Line, k: i32) -> bool {
    return PERIODIC || (k > 0 && k < line.cells);
}

// Adds up the fluxes of the workgroup's lanes and writes one number per face.
fn write_flux(line: Line, first: i32, lane: u32, group: u32, groups: u32) {
    workgroupBarrier();
    let eighth = lane * 8u;
    var sum = real(0.0);
    for (var i = 0u; i < 8u; i++) {
        sum += lane_flux[eighth + i];
    }
    workgroupBarrier();
    lane_flux[lane] = sum;
    workgroupBarrier();
    let k = first + i32(lane);
    if lane < u32(MARCH) && k < line.cells {
        var face = real(0.0);
        for (var i = 0u; i < 8u; i++) {
            face += lane_flux[lane * 8u + i];
        }
        face_flux[(line.space + u32(k) * line.space_stride) * groups + group] = face;
    }
}
