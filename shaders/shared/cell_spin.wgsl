// A cell of the spin-1/2 state: (w0, w1, w2, w3).
alias Cell = vec4<real>;
const SPIN: bool = true;

fn density_of(u: Cell) -> real {
    return u.x;
}

fn spin_of(u: Cell) -> vec3<real> {
    return u.yzw;
}

fn cell_of(density: real, spin: vec3<real>) -> Cell {
    return vec4<real>(density, spin);
}
