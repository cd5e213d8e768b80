// Lines along a space axis, whatever moves there.

// Direction of the sweep: 0, 1, 2.
override DIRECTION: u32 = 0u;

// Momentum cells of one space line after those of another, in whole workgroups; one segment
// of all lines after another.
fn line_of(invocation: u32) -> Line {
    let momentum_cells = parameters.momentum_cells;
    let padded = (momentum_cells + LANES - 1u) / LANES * LANES;
    let row = invocation / padded;
    let momentum_cell = invocation - row * padded;
    let space_lines = parameters.lines / momentum_cells;
    let segment = row / space_lines;
    let exists = momentum_cell < momentum_cells && segment < parameters.segments;
    return segment_of(exists, segment, (row - segment * space_lines) * momentum_cells + momentum_cell);
}

// Space cell of cell k on the whole grid, where axes are periodic.
fn space_at(line: Line, k: i32) -> u32 {
    let offset = i32(line.axis.offset);
    let place = wrapped(k + offset, i32(line.axis.whole)) - offset;
    return u32(i32(line.space) + place * i32(line.space_stride));
}
