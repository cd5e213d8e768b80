// A cell of the spinless state: w0 alone.
alias Cell = real;
const SPIN: bool = false;

fn density_of(u: Cell) -> real {
    return u;
}

fn spin_of(u: Cell) -> vec3<real> {
    return vec3<real>();
}

fn cell_of(density: real, spin: vec3<real>) -> Cell {
    return density;
}
