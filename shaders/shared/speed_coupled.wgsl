// A speed that varies along the line and couples w0 with w, v + c.sigma; as a
// Courant number |v| + |c| <= 1. Horner's rule in the matrix at the face.
struct Sample {
    u: Cell,
    // (v, c), and the product (v + c.sigma) u.
    nu: vec4<real>,
    f: Cell,
}

fn carried(nu: vec4<real>, u: Cell) -> Cell {
    return nu.x * u + vec4<real>(dot(nu.yzw, u.yzw), nu.yzw * u.x);
}

fn prepare(line: Line) {}

fn sample(line: Line, k: i32, u: Cell) -> Sample {
    let nu = parameters.time_over_step * vec4<real>(scalar_speed(line, k), coupling(line, k));
    return Sample(u, nu, carried(nu, u));
}

fn face_flux(w: Window) -> Cell {
    let nu = (real(9.0) * (w.l1.nu + w.r1.nu) - (w.l2.nu + w.r2.nu)) * real(1.0 / 16.0);
    let s1 = w.r1.f + w.l1.f;
    let s2 = w.r2.f + w.l2.f;
    let s3 = w.r3.f + w.l3.f;
    let d1 = w.r1.f - w.l1.f;
    let d2 = w.r2.f - w.l2.f;
    let d3 = w.r3.f - w.l3.f;
    var flux = real(-10.0 / 720.0) * d1 + real(5.0 / 720.0) * d2 + real(-1.0 / 720.0) * d3;
    flux = real(2.0 / 240.0) * s1 + real(-3.0 / 240.0) * s2 + real(1.0 / 240.0) * s3 + carried(nu, flux);
    flux = real(28.0 / 144.0) * d1 + real(-11.0 / 144.0) * d2 + real(1.0 / 144.0) * d3 + carried(nu, flux);
    flux = real(-6.0 / 48.0) * s1 + real(7.0 / 48.0) * s2 + real(-1.0 / 48.0) * s3 + carried(nu, flux);
    flux = real(-245.0 / 360.0) * d1 + real(25.0 / 360.0) * d2 + real(-2.0 / 360.0) * d3 + carried(nu, flux);
    flux = real(37.0 / 60.0) * s1 + real(-8.0 / 60.0) * s2 + real(1.0 / 60.0) * s3 + carried(nu, flux);
    let sixth = real(10.0) * (w.r1.u - w.l1.u) - real(5.0) * (w.r2.u - w.l2.u) + (w.r3.u - w.l3.u);
    return flux - dissipation(min(abs(nu.x) + length(nu.yzw), real(1.0))) * sixth;
}
