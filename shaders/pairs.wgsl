// What pairs of spins have of the mean field of each other at every space cell, of which the sums lie on the source. Twin of
// src/processor/pairs.rs.

// Numbers as `shared/mean_field.wgsl` has them, the scale first.
@group(0) @binding(4) var<storage, read> mean_field: array<real>;
// [cell of the slab]
@group(0) @binding(5) var<storage, read> source: array<vec4<real>>;

const PAIRS: u32 = 0u;
const SUMS: u32 = 1u;
const WIDE: u32 = 1u;
const NUMBERS: u32 = 2u * SUMS;

@compute @workgroup_size(64)
fn pairs(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    zero = parameters.zero;
    let space = min(space_of(group, groups), parameters.space_cells - 1u);
    let grid = momentum_grid(group, lane);
    let scale = mean_field[0];
    var sum = Wide();
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let cell = space * grid.cells + at.cell;
        sum = added(sum, Wide(scale * dot(spin_of(state[cell]), source[cell].xyz), real(0.0)));
    }
    put_wide(PAIRS, lane, sum);
    write_sums((space * groups.x + group.x) * NUMBERS, lane, space_of(group, groups) < parameters.space_cells);
}
