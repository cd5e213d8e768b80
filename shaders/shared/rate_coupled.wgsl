// A speed that couples w0 with w, v + c.sigma, as the Courant numbers (v, c).
alias Rate = vec4<real>;

fn rate(line: Line, k: i32) -> Rate {
    return line.time_over_step * vec4<real>(scalar_speed(line, k), coupling(line, k));
}

fn carried(nu: Rate, u: Cell) -> Cell {
    return nu.x * u + vec4<real>(dot(nu.yzw, u.yzw), nu.yzw * u.x);
}
