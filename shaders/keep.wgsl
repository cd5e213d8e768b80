// Keeps the old cells on either side of every segment. Those beyond the ends of a slab
// come from other slabs.

@group(0) @binding(2) var<storage, read> state: array<Cell>;
// [segment][cell][line]
@group(0) @binding(3) var<storage, read_write> before: array<Cell>;
@group(0) @binding(4) var<storage, read_write> after: array<Cell>;

@compute @workgroup_size(64)
fn keep(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let axis = parameters.axes[SWEPT];
    let place = id.y * groups.x * LANES + id.x;
    let row = place / parameters.lines;
    let segment = row / REACH;
    if segment >= parameters.segments {
        return;
    }
    let base = first_of(place - row * parameters.lines, axis);
    let cell = i32(row - segment * REACH);
    let cells = i32(axis.cells);
    let k = edge(segment, axis) - i32(REACH) + cell;
    if k >= 0 || whole(axis) {
        before[place] = state[base + u32(wrapped(k, cells)) * axis.stride];
    }
    let l = edge(segment + 1u, axis) + cell;
    if l < cells || whole(axis) {
        after[place] = state[base + u32(wrapped(l, cells)) * axis.stride];
    }
}
