// Fluxes of momentum, spin and energy and the torque: sums over momentum at every
// space cell. Twin of src/processor/balance.rs.

// Flux of momentum along x, y and z, of spin likewise.
const MOMENTUM_FLUX: u32 = 0u;
const SPIN_FLUX: u32 = 9u;
const ENERGY_FLUX: u32 = 18u;
const TORQUE: u32 = 21u;
const SUMS: u32 = 24u;
const WIDE: u32 = 24u;

// What crosses a plane: (v w0 + a.w, v w + a w0).
struct Flow {
    density: real,
    spin: vec3<real>,
}

fn flow(f: FormFactors, p: vec3<real>, u: Cell, speed: real, direction: u32, field: u32) -> Flow {
    if !SPIN {
        return Flow(speed * density_of(u), vec3<real>());
    }
    let j = unit(direction);
    let gradient = magnetic_gradient(f, p, j, fields[field].b.xyz) + electric_gradient(f, p, j, fields[field].e);
    let hidden = -particle.moment * gradient;
    return Flow(
        speed * density_of(u) + dot(hidden, spin_of(u)),
        speed * spin_of(u) + density_of(u) * hidden,
    );
}

@compute @workgroup_size(64)
fn balance(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    zero = parameters.zero;
    let space = min(space_of(group, groups), parameters.space_cells - 1u);
    let field = space + parameters.first_space_cell;
    let canonical = with_canonical(vec3<real>(), field);
    particle = parameters.particle;
    let grid = momentum_grid(group, lane);
    var momentum_x = Wide3();
    var momentum_y = Wide3();
    var momentum_z = Wide3();
    var spin_x = Wide3();
    var spin_y = Wide3();
    var spin_z = Wide3();
    var energy_flux = Wide3();
    var torque = Wide3();
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let u = state[space * grid.cells + at.cell];
        let p = momentum_of(grid, at) + canonical;
        let v = velocity(p);
        let f = form_factors(p);
        let x = flow(f, p, u, v.x, 0u, field);
        let y = flow(f, p, u, v.y, 1u, field);
        let z = flow(f, p, u, v.z, 2u, field);
        momentum_x = plus(momentum_x, p * x.density);
        momentum_y = plus(momentum_y, p * y.density);
        momentum_z = plus(momentum_z, p * z.density);
        energy_flux = plus(energy_flux, kinetic_energy(p) * vec3<real>(x.density, y.density, z.density));
        if SPIN {
            spin_x = plus(spin_x, x.spin);
            spin_y = plus(spin_y, y.spin);
            spin_z = plus(spin_z, z.spin);
            let t = particle.moment * precession(f, p, fields[field].e, fields[field].b.xyz);
            energy_flux = plus(energy_flux, -vec3<real>(dot(t, x.spin), dot(t, y.spin), dot(t, z.spin)));
            torque = plus(torque, cross(spin_of(u), t));
        }
    }
    put_wide3(MOMENTUM_FLUX, lane, momentum_x);
    put_wide3(MOMENTUM_FLUX + 3u, lane, momentum_y);
    put_wide3(MOMENTUM_FLUX + 6u, lane, momentum_z);
    put_wide3(SPIN_FLUX, lane, spin_x);
    put_wide3(SPIN_FLUX + 3u, lane, spin_y);
    put_wide3(SPIN_FLUX + 6u, lane, spin_z);
    put_wide3(ENERGY_FLUX, lane, energy_flux);
    put_wide3(TORQUE, lane, torque);
    write_sums((space * groups.x + group.x) * 2u * SUMS, lane, space_of(group, groups) < parameters.space_cells);
}

fn plus(sum: Wide3, term: vec3<real>) -> Wide3 {
    return added3(sum, Wide3(term, vec3<real>()));
}
