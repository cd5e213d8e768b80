// The precision of the state and of all arithmetic on it.
alias real = f32;
const DOUBLE: bool = false;

// Zero, though no compiler knows: a kernel that needs `kept` reads it from its parameters.
var<private> zero: u32;

// x as it was rounded: no compiler sees through it to what x was computed from.
fn kept(x: real) -> real {
    return bitcast<real>(bitcast<u32>(x) ^ zero);
}

fn kept3(x: vec3<real>) -> vec3<real> {
    return bitcast<vec3<real>>(bitcast<vec3<u32>>(x) ^ vec3<u32>(zero));
}

// The first 12 of the 24 binary digits: products of two such numbers are exact.
fn upper(x: real) -> real {
    return bitcast<real>(bitcast<u32>(x) & 0xfffff000u);
}

fn upper3(x: vec3<real>) -> vec3<real> {
    return bitcast<vec3<real>>(bitcast<vec3<u32>>(x) & vec3<u32>(0xfffff000u));
}
