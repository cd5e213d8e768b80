// dt W = - nu W in absorbing layers, in place.

@group(0) @binding(2) var<storage, read_write> state: array<Cell>;

@compute @workgroup_size(64)
fn absorb(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let space = space_of(group, groups);
    if space >= parameters.space_cells {
        return;
    }
    // What remains, computed by the host: WGSL's exp is loose.
    let remaining = fields[space + parameters.first_space_cell].remaining;
    if remaining == real(1.0) {
        return;
    }
    let grid = momentum_grid(group, lane);
    for (var at = first_of(group, lane).cell; at < grid.end; at += ROW) {
        let cell = space * grid.cells + at;
        state[cell] = remaining * state[cell];
    }
}
