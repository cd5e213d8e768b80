// A speed that varies along the line and couples w0 with w, v + c.sigma; as a
// Courant number |v| + |c| <= 1. The flux is a polynomial in the matrix at the face.
struct Sample {
    u: Cell,
    nu: Rate,
    // The product (v + c.sigma) u.
    f: Cell,
}

fn prepare(line: Line) {}

fn sample(line: Line, k: i32, u: Cell) -> Sample {
    let nu = rate(line, k);
    return Sample(u, nu, carried(nu, u));
}

// With C u = (c.w, c w0), C^3 = c^2 C, and the powers of A = v + C are
// A^n = v^n + b_n C + g_n C^2:
//
//     b_n = 1, 2 v, 3 v^2 + c^2, 4 v^3 + 4 v c^2, 5 v^4 + 10 v^2 c^2 + c^4
//     g_n = 0, 1, 3 v, 6 v^2 + c^2, 10 v^3 + 5 v c^2          for n = 1 to 5
//
// so that the flux is a sum of the products with weights of the scalar speed v, and
// one over w0 and the part of w along c.
fn face_flux(w: Window) -> Cell {
    let near = w.l1.nu + w.r1.nu;
    let far = w.l2.nu + w.r2.nu;
    let nu = real(9.0 / 16.0) * near - real(1.0 / 16.0) * far;
    let slope = real(27.0 / 24.0) * (w.r1.nu - w.l1.nu) - real(1.0 / 24.0) * (w.r2.nu - w.l2.nu);
    let curvature = real(0.5) * (far - near);
    let v = nu.x;
    let c = nu.yzw;
    let c2 = dot(c, c);
    let dissipated = upwind(min(abs(v) + sqrt(c2), real(1.0)))
        * (real(10.0) * (w.r1.u - w.l1.u) - real(5.0) * (w.r2.u - w.l2.u) + (w.r3.u - w.l3.u));
    if DISSIPATION_ONLY {
        return -dissipated;
    }
    let v2 = v * v;
    let plain = weights_of(v, slope.x, curvature.x);
    let b3 = real(3.0) * v2 + c2;
    let b4 = real(4.0) * v * (v2 + c2);
    let b5 = real(5.0) * v2 * (v2 + real(2.0) * c2) + c2 * c2;
    let g4 = real(6.0) * v2 + c2;
    let g5 = real(5.0) * v * (real(2.0) * v2 + c2);
    let even_b = real(2.0) * v * EVEN_2 + b4 * EVEN_4;
    let even_g = EVEN_2 + g4 * EVEN_4;
    let odd_b = ODD_1 + b3 * ODD_3 + b5 * ODD_5;
    let odd_g = real(3.0) * v * ODD_3 + g5 * ODD_5;
    // w0 and c.w of the products, nearest cells first.
    let left_0 = vec3<real>(w.l1.f.x, w.l2.f.x, w.l3.f.x);
    let right_0 = vec3<real>(w.r1.f.x, w.r2.f.x, w.r3.f.x);
    let left_c = vec3<real>(dot(c, w.l1.f.yzw), dot(c, w.l2.f.yzw), dot(c, w.l3.f.yzw));
    let right_c = vec3<real>(dot(c, w.r1.f.yzw), dot(c, w.r2.f.yzw), dot(c, w.r3.f.yzw));
    let b_0 = dot(even_b, right_0 + left_0) + dot(odd_b, right_0 - left_0);
    let b_c = dot(even_b, right_c + left_c) + dot(odd_b, right_c - left_c);
    let g_0 = dot(even_g, right_0 + left_0) + dot(odd_g, right_0 - left_0);
    let g_c = dot(even_g, right_c + left_c) + dot(odd_g, right_c - left_c);
    let left = plain.even - plain.odd;
    let right = plain.even + plain.odd;
    let flux = (left.z * w.l3.f + left.y * w.l2.f) + (left.x * w.l1.f + right.x * w.r1.f)
        + (right.y * w.r2.f + right.z * w.r3.f) + vec4<real>(b_c + c2 * g_0, (b_0 + g_c) * c);
    // The rest of slope and curvature, that of c.
    let second = TURN.x * (w.r1.f + w.l1.f) + TURN.y * (w.r2.f + w.l2.f) + TURN.z * (w.r3.f + w.l3.f);
    let first = BEND.x * (w.r1.f - w.l1.f) + BEND.y * (w.r2.f - w.l2.f) + BEND.z * (w.r3.f - w.l3.f);
    let turn = slope.yzw;
    let bend = curvature.yzw;
    let rest = vec4<real>(dot(turn, second.yzw) + dot(bend, first.yzw), second.x * turn + first.x * bend);
    return flux + rest - dissipated;
}
