// A speed that varies along the line and couples w0 with w, v + c.sigma; as a
// Courant number |v| + |c| <= 1. The flux is a polynomial in the matrix at the face.
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
    let nu = line.time_over_step * vec4<real>(scalar_speed(line, k), coupling(line, k));
    return Sample(u, nu, carried(nu, u));
}

// Powers of A = v + c.sigma are a + b c.sigma again: a and b of A^1 to A^5.
fn powers(v: real, c2: real) -> array<vec2<real>, 5> {
    let one = vec2<real>(v, real(1.0));
    let two = next_power(one, v, c2);
    let three = next_power(two, v, c2);
    let four = next_power(three, v, c2);
    return array<vec2<real>, 5>(one, two, three, four, next_power(four, v, c2));
}

fn next_power(a: vec2<real>, v: real, c2: real) -> vec2<real> {
    return vec2<real>(v * a.x + c2 * a.y, a.x + v * a.y);
}

fn face_flux(w: Window) -> Cell {
    let nu = (real(9.0) * (w.l1.nu + w.r1.nu) - (w.l2.nu + w.r2.nu)) * real(1.0 / 16.0);
    let c2 = dot(nu.yzw, nu.yzw);
    let a = powers(nu.x, c2);
    // Weights of the products: of sums and differences of mirrored cells, nearest
    // first, without and with c.sigma.
    let even = vec3<real>(real(37.0 / 60.0), real(-8.0 / 60.0), real(1.0 / 60.0))
        + a[1].x * vec3<real>(real(-6.0 / 48.0), real(7.0 / 48.0), real(-1.0 / 48.0))
        + a[3].x * vec3<real>(real(2.0 / 240.0), real(-3.0 / 240.0), real(1.0 / 240.0));
    let even_c = a[1].y * vec3<real>(real(-6.0 / 48.0), real(7.0 / 48.0), real(-1.0 / 48.0))
        + a[3].y * vec3<real>(real(2.0 / 240.0), real(-3.0 / 240.0), real(1.0 / 240.0));
    let odd = a[0].x * vec3<real>(real(-245.0 / 360.0), real(25.0 / 360.0), real(-2.0 / 360.0))
        + a[2].x * vec3<real>(real(28.0 / 144.0), real(-11.0 / 144.0), real(1.0 / 144.0))
        + a[4].x * vec3<real>(real(-10.0 / 720.0), real(5.0 / 720.0), real(-1.0 / 720.0));
    let odd_c = a[0].y * vec3<real>(real(-245.0 / 360.0), real(25.0 / 360.0), real(-2.0 / 360.0))
        + a[2].y * vec3<real>(real(28.0 / 144.0), real(-11.0 / 144.0), real(1.0 / 144.0))
        + a[4].y * vec3<real>(real(-10.0 / 720.0), real(5.0 / 720.0), real(-1.0 / 720.0));
    let plain = weighted(w, even - odd, even + odd);
    let turned = weighted(w, even_c - odd_c, even_c + odd_c);
    let flux = plain + vec4<real>(dot(nu.yzw, turned.yzw), nu.yzw * turned.x);
    let sixth = real(10.0) * (w.r1.u - w.l1.u) - real(5.0) * (w.r2.u - w.l2.u) + (w.r3.u - w.l3.u);
    return flux - dissipation(min(abs(nu.x) + sqrt(c2), real(1.0))) * sixth;
}

fn weighted(w: Window, left: vec3<real>, right: vec3<real>) -> Cell {
    return (left.z * w.l3.f + left.y * w.l2.f) + (left.x * w.l1.f + right.x * w.r1.f)
        + (right.y * w.r2.f + right.z * w.r3.f);
}
