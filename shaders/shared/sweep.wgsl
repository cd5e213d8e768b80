// The march: cell after cell, with a window of six cells in registers; neighbouring
// invocations, neighbouring lines. A kind of speed says what a `Sample` of a cell is and
// what flows through a face.

// Three cells left of a face and three right of it.
struct Window {
    l3: Sample,
    l2: Sample,
    l1: Sample,
    r1: Sample,
    r2: Sample,
    r3: Sample,
}

fn shifted(w: Window, next: Sample) -> Window {
    return Window(w.l2, w.l1, w.r1, w.r2, w.r3, next);
}

@compute @workgroup_size(64)
fn sweep(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    particle = parameters.particle;
    dissipation = parameters.dissipation;
    let line = line_of(number_of(group, groups, lane));
    if !line.exists {
        return;
    }
    prepare(line);
    let first = line.first;
    let after_0 = beyond(line, line.end);
    let after_1 = beyond(line, line.end + 1);
    let after_2 = beyond(line, line.end + 2);
    var w = Window(
        Sample(),
        sample(line, first - 3, beyond(line, first - 3)),
        sample(line, first - 2, beyond(line, first - 2)),
        sample(line, first - 1, beyond(line, first - 1)),
        sample(line, first, own_cell(line, first)),
        sample(line, first + 1, own_cell(line, first + 1)),
    );
    // Faces from end to end, all by the same code: on either side of a border its flux is
    // the same, to the last bit.
    var lower = Cell();
    for (var k = first - 1; k < line.end; k++) {
        let past = k + 3 - line.end;
        var next = select(select(after_2, after_1, past == 1), after_0, past == 0);
        if past < 0 {
            next = own_cell(line, k + 3);
        }
        w = shifted(w, sample(line, k + 3, next));
        let upper = select(face_flux(w), Cell(), closed(line, k));
        if k >= first {
            state[line.base + u32(k) * line.stride] = w.l1.u - (upper - lower);
        }
        lower = upper;
    }
}
