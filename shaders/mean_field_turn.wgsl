// Spins turn about the mean field a that lies on the source: halfway, to the m of which the next one is, or at the last all the
// way. Twin of src/processor/mean_field_turn.rs.

override LAST: bool = true;
// Whether there are factors for each axis, or for all momenta.
override SEPARABLE: bool = true;

@compute @workgroup_size(64)
fn turn(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let cell = cell_of_lane(group, groups, lane);
    if !is_inside(cell) {
        return;
    }
    var factors = parameters.momentum_cells;
    if SEPARABLE {
        factors = parameters.axes[3].cells + parameters.axes[4].cells + parameters.axes[5].cells;
    }
    let space = cell / parameters.momentum_cells + parameters.first_space_cell;
    let off = HEAD + factors + 3u * space;
    let uniform_part = vec3<real>(mean_field[off], mean_field[off + 1u], mean_field[off + 2u]);
    let a = mean_field[0] * source[cell].xyz - uniform_part;
    let u = state[cell];
    // m - w of m = w + a x m.
    let change = cross(a, u.yzw + cross(a, u.yzw)) / (real(1.0) + dot(a, a));
    if LAST {
        state[cell] = vec4<real>(u.x, u.yzw + real(2.0) * change);
    } else {
        goal[cell] = vec4<real>(u.yzw + change, real(0.0));
    }
}
