// Lines along a space axis, whatever moves there.

// Direction of the sweep: 0, 1, 2.
override DIRECTION: u32 = 0u;

// Momentum cells of one space line after those of another, in whole workgroups.
fn line_of(invocation: u32) -> Line {
    let axis = parameters.axes[SWEPT];
    let momentum_cells = parameters.momentum_cells;
    let padded = (momentum_cells + LANES - 1u) / LANES * LANES;
    let space_line = invocation / padded;
    let momentum_cell = invocation - space_line * padded;
    let space_stride = axis.stride / momentum_cells;
    let outer = space_line / space_stride;
    let space = outer * axis.cells * space_stride + (space_line - outer * space_stride);
    let exists = momentum_cell < momentum_cells && space_line < parameters.space_cells / axis.cells;
    return Line(
        exists,
        space * momentum_cells + momentum_cell,
        axis.stride,
        i32(axis.cells),
        space_line * momentum_cells + momentum_cell,
        space + parameters.first_space_cell,
        space_stride,
        momentum_at(parameters.axes[3], parameters.axes[4], parameters.axes[5], momentum_indices(momentum_cell)),
        axis,
        parameters.time_over_step,
    );
}

// Space cell of cell k on the whole grid, where axes are periodic.
fn space_at(line: Line, k: i32) -> u32 {
    if CUT {
        let offset = i32(line.axis.offset);
        let whole = wrapped(k + offset, i32(line.axis.whole)) - offset;
        return u32(i32(line.space) + whole * i32(line.space_stride));
    }
    return line.space + u32(wrapped(k, line.cells)) * line.space_stride;
}
