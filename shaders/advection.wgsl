// dt W + d_xj( (v_j + a_j) W ) = 0: streaming and hidden-momentum velocity.

// id.x: momentum cell; id.y: block along the axis; id.z: line in space.
fn line_of(id: vec3<u32>, groups: vec3<u32>) -> Line {
    let axis = parameters.axes[parameters.direction];
    let momentum_cells = parameters.momentum_cells;
    let space_stride = axis.stride / momentum_cells;
    let space = (id.z / space_stride) * axis.cells * space_stride + id.z % space_stride;
    let exists = id.x < momentum_cells;
    let momentum_cell = min(id.x, momentum_cells - 1u);
    let base = space * momentum_cells + momentum_cell;
    let momentum = momentum_of(momentum_cell);
    return Line(exists, base, axis.stride, i32(axis.cells), space, space_stride, momentum, fields[space]);
}

// v_j of a line on which it does not vary.
fn line_speed(line: Line) -> real {
    return velocity(line.momentum + line.field.p.xyz)[parameters.direction];
}

// v_j + a_j at cell k, as a Courant number.
fn speed_at(line: Line, k: i32) -> Speed {
    let field = fields[line.space + u32(wrapped(k, line.cells)) * line.space_stride];
    let p = line.momentum + field.p.xyz;
    let v = select(real(0.0), velocity(p)[parameters.direction], parameters.streaming != 0u);
    let a = hidden_velocity(p, axis_unit(parameters.direction), field.e.xyz, field.b.xyz);
    return speed(v * parameters.time_over_step, a * parameters.time_over_step);
}
