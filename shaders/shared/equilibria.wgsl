// Numbers of what space cells relax towards, each in two parts. Kernels bind `equilibria`.

fn number(at: u32) -> Wide {
    let parts = equilibria[at];
    return Wide(parts.x, parts.y);
}

fn vector(at: u32) -> Wide3 {
    let x = equilibria[at];
    let y = equilibria[at + 1u];
    let z = equilibria[at + 2u];
    return Wide3(vec3<real>(x.x, y.x, z.x), vec3<real>(x.y, y.y, z.y));
}
