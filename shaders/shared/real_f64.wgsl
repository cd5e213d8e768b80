// The precision of the state and of all arithmetic on it.
alias real = f64;
const DOUBLE: bool = true;

// Sums in two parts gain nothing here: the low parts stay zero.
var<private> zero: u32;

fn kept(x: real) -> real {
    return x;
}

fn kept3(x: vec3<real>) -> vec3<real> {
    return x;
}

fn upper(x: real) -> real {
    return x;
}

fn upper3(x: vec3<real>) -> vec3<real> {
    return x;
}
