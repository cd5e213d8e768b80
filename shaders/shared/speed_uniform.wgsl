// One speed for the whole line: the six weights of a face are computed once.
struct Sample {
    u: Cell,
}

var<private> left: vec3<real>;
var<private> right: vec3<real>;

fn prepare(line: Line) {
    // At the beginning of the whole line, in every slab.
    let nu = scalar_speed(line, -i32(line.axis.offset)) * line.time_over_step;
    let w = weights_of(nu, real(0.0), real(0.0));
    left = nu * (w.even - w.odd) + w.sixth;
    right = nu * (w.even + w.odd) - w.sixth;
}

fn sample(line: Line, k: i32, u: Cell) -> Sample {
    return Sample(u);
}

fn face_flux(w: Window) -> Cell {
    return (left.z * w.l3.u + left.y * w.l2.u) + (left.x * w.l1.u + right.x * w.r1.u) + (right.y * w.r2.u + right.z * w.r3.u);
}
