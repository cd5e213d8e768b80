// Flux for a speed that varies along the line: `u` cells, `f` the products A u,
// `nu` the speed at the face. Horner's rule in the speed, which may be a matrix.
fn varying_flux(u: Window, f: Window, nu: Speed) -> Cell {
    let s1 = f.r1 + f.l1;
    let s2 = f.r2 + f.l2;
    let s3 = f.r3 + f.l3;
    let d1 = f.r1 - f.l1;
    let d2 = f.r2 - f.l2;
    let d3 = f.r3 - f.l3;
    var flux = real(-10.0 / 720.0) * d1 + real(5.0 / 720.0) * d2 + real(-1.0 / 720.0) * d3;
    flux = real(2.0 / 240.0) * s1 + real(-3.0 / 240.0) * s2 + real(1.0 / 240.0) * s3 + carried(nu, flux);
    flux = real(28.0 / 144.0) * d1 + real(-11.0 / 144.0) * d2 + real(1.0 / 144.0) * d3 + carried(nu, flux);
    flux = real(-6.0 / 48.0) * s1 + real(7.0 / 48.0) * s2 + real(-1.0 / 48.0) * s3 + carried(nu, flux);
    flux = real(-245.0 / 360.0) * d1 + real(25.0 / 360.0) * d2 + real(-2.0 / 360.0) * d3 + carried(nu, flux);
    flux = real(37.0 / 60.0) * s1 + real(-8.0 / 60.0) * s2 + real(1.0 / 60.0) * s3 + carried(nu, flux);
    let sixth = real(10.0) * (u.r1 - u.l1) - real(5.0) * (u.r2 - u.l2) + (u.r3 - u.l3);
    return flux - dissipation(min(magnitude(nu), real(1.0))) * sixth;
}
