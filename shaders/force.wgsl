// dt W + d_pj( (F_j + b_j) W ) = 0: Lorentz force, that of a potential, dipole force and
// its magnetic partner.

// Direction of the sweep: 0, 1, 2.
override DIRECTION: u32 = 0u;

// The fields of the line's space cell.
var<private> e: vec3<real>;
var<private> b: vec3<real>;
var<private> de: vec3<real>;
var<private> db: vec3<real>;
var<private> given_force: real;

// Lines in storage order; one segment of all lines after another.
fn line_of(invocation: u32) -> Line {
    let count = parameters.lines * parameters.segments;
    let mine = min(invocation, count - 1u);
    let segment = mine / parameters.lines;
    var line = segment_of(invocation < count, segment, mine - segment * parameters.lines);
    let field = line.space;
    e = fields[field].e;
    b = fields[field].b.xyz;
    de = fields[field].de[DIRECTION].xyz;
    db = fields[field].db[DIRECTION].xyz;
    given_force = fields[field].force[DIRECTION];
    line.momentum = with_canonical(line.momentum, field);
    return line;
}

// Momentum at cell k.
fn momentum_of(line: Line, k: i32) -> vec3<real> {
    let j = unit(DIRECTION);
    let offset = i32(line.axis.offset);
    let cell = select(k, wrapped(k + offset, i32(line.axis.whole)) - offset, PERIODIC);
    return line.momentum * (vec3<real>(real(1.0)) - j) + centre(line.axis, cell) * j;
}

// F_j at cell k.
fn scalar_speed(line: Line, k: i32) -> real {
    let p = momentum_of(line, k);
    // (p x B)_j does not depend on p_j.
    return particle.charge * (e[DIRECTION] + inverse_energy(p) * cross(p, b)[DIRECTION]) + given_force;
}

// b_jk = mu_B dT_k/dx_j - q mu_B (dT_k/dp x B)_j at cell k, with (X x B)_j = X.(B x j).
fn coupling(line: Line, k: i32) -> vec3<real> {
    let p = momentum_of(line, k);
    let f = form_factors(p);
    let c = -particle.charge * cross(b, unit(DIRECTION));
    return particle.moment
        * (precession(f, p, de, db) + magnetic_gradient(f, p, c, b) + electric_gradient(f, p, c, e));
}
