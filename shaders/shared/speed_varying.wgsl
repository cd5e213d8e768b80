// A speed that varies along the line, the same for all components; |nu| <= 1.
struct Sample {
    u: Cell,
    nu: Rate,
}

fn prepare(line: Line) {}

fn sample(line: Line, k: i32, u: Cell) -> Sample {
    return Sample(u, rate(line, k));
}

fn face_flux(w: Window) -> Cell {
    let near = w.l1.nu + w.r1.nu;
    let far = w.l2.nu + w.r2.nu;
    let nu = real(9.0 / 16.0) * near - real(1.0 / 16.0) * far;
    let slope = real(27.0 / 24.0) * (w.r1.nu - w.l1.nu) - real(1.0 / 24.0) * (w.r2.nu - w.l2.nu);
    let weights = weights_of(nu, slope, real(0.5) * (far - near));
    let left = vec3<real>(w.l1.nu, w.l2.nu, w.l3.nu) * (weights.even - weights.odd) + weights.sixth;
    let right = vec3<real>(w.r1.nu, w.r2.nu, w.r3.nu) * (weights.even + weights.odd) - weights.sixth;
    return (left.z * w.l3.u + left.y * w.l2.u) + (left.x * w.l1.u + right.x * w.r1.u) + (right.y * w.r2.u + right.z * w.r3.u);
}
