// Lays all spins out, for sums of their mean field to begin with. Twin of `Summation::take` in src/processor/mean_field.rs.

@compute @workgroup_size(64)
fn lay(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let cell = cell_of_lane(group, groups, lane);
    if is_inside(cell) {
        goal[cell] = vec4<real>(spin_of(state[cell]), real(0.0));
    }
}
