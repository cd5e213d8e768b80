// Sums with the factors of a pair potential, along one axis where it is a product, else over all momenta. Twin of
// `Summation::run` in src/processor/mean_field.rs.

// Storage slot of the axis; 0 for all momenta.
override SUMMED: u32 = 0u;

@compute @workgroup_size(64)
fn sum(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let cell = cell_of_lane(group, groups, lane);
    if !is_inside(cell) {
        return;
    }
    var total = vec3<real>();
    if SUMMED == 0u {
        let momentum = cell % parameters.momentum_cells;
        let index = momentum_indices(momentum);
        let shape = vec3<u32>(parameters.axes[3].cells, parameters.axes[4].cells, parameters.axes[5].cells);
        var other = cell - momentum;
        for (var x = 0u; x < shape.x; x++) {
            for (var y = 0u; y < shape.y; y++) {
                let row = HEAD + (apart(index.x, x) * shape.y + apart(index.y, y)) * shape.z;
                for (var z = 0u; z < shape.z; z++) {
                    total += mean_field[row + apart(index.z, z)] * source[other].xyz;
                    other++;
                }
            }
        }
    } else {
        let axis = parameters.axes[SUMMED];
        var factors = HEAD;
        for (var slot = 3u; slot < SUMMED; slot++) {
            factors += parameters.axes[slot].cells;
        }
        let index = cell / axis.stride % axis.cells;
        let first = cell - index * axis.stride;
        for (var i = 0u; i < axis.cells; i++) {
            total += mean_field[factors + apart(index, i)] * source[first + i * axis.stride].xyz;
        }
    }
    goal[cell] = vec4<real>(total, real(0.0));
}
