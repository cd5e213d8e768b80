// A speed that couples w0 and w, v + c.sigma, as a Courant number (v, c).
alias Speed = vec4<real>;

fn speed(v: real, c: vec3<real>) -> Speed {
    return vec4<real>(v, c);
}

fn carried(nu: Speed, u: Cell) -> Cell {
    return nu.x * u + vec4<real>(dot(nu.yzw, u.yzw), nu.yzw * u.x);
}

fn magnitude(nu: Speed) -> real {
    return abs(nu.x) + length(nu.yzw);
}
