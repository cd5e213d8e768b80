// One turn for all momenta of a space cell, in place. Twin of src/processor/turn.rs.

@group(0) @binding(2) var<storage, read_write> state: array<Cell>;

@compute @workgroup_size(64)
fn turn(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let space = space_of(group, groups);
    if space >= parameters.space_cells {
        return;
    }
    let half_turn = fields[space + parameters.first_space_cell].turn;
    if all(half_turn.xyz == vec3<real>()) {
        return;
    }
    let grid = momentum_grid(group, lane);
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let cell = space * grid.cells + at.cell;
        let u = state[cell];
        state[cell] = vec4<real>(u.x, turned_by(u.yzw, half_turn.xyz, half_turn.w));
    }
}
