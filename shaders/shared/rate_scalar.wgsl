// A speed that is the same for all components, as a Courant number.
alias Rate = real;

fn rate(line: Line, k: i32) -> Rate {
    return scalar_speed(line, k) * line.time_over_step;
}

fn carried(nu: Rate, u: Cell) -> Cell {
    return nu * u;
}
