// Lengths of all spins at every space cell, added up. Twin of src/processor/spin_length.rs.

const LENGTH: u32 = 0u;
const SUMS: u32 = 1u;
const WIDE: u32 = 1u;
const NUMBERS: u32 = 2u * SUMS;

@compute @workgroup_size(64)
fn spin_length(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    zero = parameters.zero;
    let space = min(space_of(group, groups), parameters.space_cells - 1u);
    let grid = momentum_grid(group, lane);
    var sum = Wide();
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        sum = added(sum, Wide(length(spin_of(state[space * grid.cells + at.cell])), real(0.0)));
    }
    put_wide(LENGTH, lane, sum);
    write_sums((space * groups.x + group.x) * NUMBERS, lane, space_of(group, groups) < parameters.space_cells);
}
