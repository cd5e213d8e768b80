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

// Old cell k = -3, -2, -1 before the slab's part; nothing beyond a closed edge.
fn cell_before(line: Line, k: i32) -> Cell {
    if CUT {
        let cell = below[u32(k + 3) * line.stride + line.number];
        return select(cell, Cell(), !PERIODIC && first_slab());
    }
    if PERIODIC {
        return own_cell(line, line.cells + k);
    }
    return Cell();
}

// Old cell 0, 1, 2 after the slab's part; `head` the first three of the line.
fn cell_after(line: Line, k: i32, head: Window) -> Cell {
    if CUT {
        let cell = above[u32(k) * line.stride + line.number];
        return select(cell, Cell(), !PERIODIC && last_slab());
    }
    if PERIODIC {
        return select(select(head.r3.u, head.r2.u, k == 1), head.r1.u, k == 0);
    }
    return Cell();
}

@compute @workgroup_size(64)
fn sweep(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    particle = parameters.particle;
    dissipation = parameters.dissipation;
    let line = line_of(line_number(group, groups, lane));
    if !line.exists {
        return;
    }
    prepare(line);
    let head = Window(
        sample(line, -3, cell_before(line, -3)),
        sample(line, -2, cell_before(line, -2)),
        sample(line, -1, cell_before(line, -1)),
        sample(line, 0, own_cell(line, 0)),
        sample(line, 1, own_cell(line, 1)),
        sample(line, 2, own_cell(line, 2)),
    );
    var w = head;
    // What flows into the cell at hand; nothing through a closed edge.
    var lower = select(face_flux(w), Cell(), !PERIODIC && first_slab());
    if CUT && !first_slab() {
        // One flux for both sides of the cut, to the last bit.
        lower = below[3u * line.stride + line.number];
    }
    var k = 0;
    for (; k < line.cells - 3; k++) {
        w = shifted(w, sample(line, k + 3, own_cell(line, k + 3)));
        let upper = face_flux(w);
        state[line.base + u32(k) * line.stride] = w.l1.u - (upper - lower);
        lower = upper;
    }
    for (; k < line.cells; k++) {
        w = shifted(w, sample(line, k + 3, cell_after(line, k + 3 - line.cells, head)));
        let closed = !PERIODIC && last_slab() && k == line.cells - 1;
        let upper = select(face_flux(w), Cell(), closed);
        state[line.base + u32(k) * line.stride] = w.l1.u - (upper - lower);
        lower = upper;
    }
    if CUT {
        below[line.number] = w.l3.u;
        below[line.stride + line.number] = w.l2.u;
        below[2u * line.stride + line.number] = w.l1.u;
        below[3u * line.stride + line.number] = lower;
    }
}
