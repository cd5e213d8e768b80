// A speed that is the same for all components, as a Courant number.
alias Speed = real;

fn speed(v: real, c: vec3<real>) -> Speed {
    return v;
}

fn carried(nu: Speed, u: Cell) -> Cell {
    return nu * u;
}

fn magnitude(nu: Speed) -> real {
    return abs(nu);
}
