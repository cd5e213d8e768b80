// Densities of particles and of their spins at every space cell, sums in two parts. Twin of
// src/processor/spin_density.rs.

const DENSITY: u32 = 0u;
const SPIN_VECTOR: u32 = 1u;
const SUMS: u32 = 4u;
const WIDE: u32 = 4u;
const NUMBERS: u32 = 2u * SUMS;

@compute @workgroup_size(64)
fn spin_density(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    zero = parameters.zero;
    let space = min(space_of(group, groups), parameters.space_cells - 1u);
    let grid = momentum_grid(group, lane);
    var density = Wide();
    var spin = Wide3();
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let u = state[space * grid.cells + at.cell];
        density = added(density, Wide(density_of(u), real(0.0)));
        spin = added3(spin, Wide3(spin_of(u), vec3<real>()));
    }
    put_wide(DENSITY, lane, density);
    put_wide3(SPIN_VECTOR, lane, spin);
    write_sums((space * groups.x + group.x) * NUMBERS, lane, space_of(group, groups) < parameters.space_cells);
}
