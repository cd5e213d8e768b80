// The yardstick of the benchmarks: reads every cell and writes it elsewhere.

@group(0) @binding(0) var<storage, read> state_in: array<Cell>;
@group(0) @binding(1) var<storage, read_write> state_out: array<Cell>;

@compute @workgroup_size(64)
fn copy(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cell = id.y * groups.x * 64u + id.x;
    if cell < arrayLength(&state_in) {
        state_out[cell] = state_in[cell];
    }
}
