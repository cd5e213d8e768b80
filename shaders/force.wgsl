// dt W + d_pj( (F_j + b_j) W ) = 0: Lorentz force, dipole force and its magnetic
// partner.

// id.x and id.z: line; id.y: block along the axis.
fn line_of(id: vec3<u32>, groups: vec3<u32>) -> Line {
    let axis = parameters.axes[3u + parameters.direction];
    let lines = parameters.space_cells * (parameters.momentum_cells / axis.cells);
    let wanted = id.z * groups.x * LANES + id.x;
    let number = min(wanted, lines - 1u);
    let outer = number / axis.stride;
    let base = outer * axis.cells * axis.stride + (number - outer * axis.stride);
    let space = base / parameters.momentum_cells;
    let field = fields[space];
    let momentum = momentum_of(base - space * parameters.momentum_cells) + field.p.xyz;
    return Line(wanted < lines, base, axis.stride, i32(axis.cells), space, 0u, momentum, field);
}

// F_j of a line on which it does not vary.
fn line_speed(line: Line) -> real {
    return lorentz_force(line.momentum, line.field.e.xyz, line.field.b.xyz)[parameters.direction];
}

// F_j + b_j at cell k, as a Courant number.
fn speed_at(line: Line, k: i32) -> Speed {
    let field = line.field;
    let j = axis_unit(parameters.direction);
    let along = centre(3u + parameters.direction, k);
    let p = select(line.momentum, vec3<real>(along), j != vec3<real>());
    let force = lorentz_force(p, field.e.xyz, field.b.xyz)[parameters.direction];
    let de = fields[line.space].de[parameters.direction].xyz;
    let db = fields[line.space].db[parameters.direction].xyz;
    let dipole = dipole_force(p, j, field.e.xyz, field.b.xyz, de, db);
    return speed(force * parameters.time_over_step, dipole * parameters.time_over_step);
}
