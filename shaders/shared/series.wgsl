// A factor 1 + a z + b z^2 of the series of exp(z) as far as z^4, z the time times the
// central flux operator; see src/processor/flux.rs, whose twin this is. One march: the flux
// of the state three cells ahead of the flux of what it leaves, and that three cells
// ahead of the cell written.

// Cells that two applications of the flux reach.
const SERIES_REACH: i32 = 6;
// The second of the two factors.
override LATTER: bool = false;

// Three cells left of a face and three right of it.
struct Six {
    l3: Cell,
    l2: Cell,
    l1: Cell,
    r1: Cell,
    r2: Cell,
    r3: Cell,
}

fn shifted(w: Six, next: Cell) -> Six {
    return Six(w.l2, w.l1, w.r1, w.r2, w.r3, next);
}

// The sixth-order central flux of products with the speed.
fn central_flux(f: Six) -> Cell {
    return real(37.0 / 60.0) * (f.r1 + f.l1) - real(8.0 / 60.0) * (f.r2 + f.l2) + real(1.0 / 60.0) * (f.r3 + f.l3);
}

// Old cell -6 to -1 before the slab's part of a line; all lines are rings.
fn cell_before(line: Line, k: i32) -> Cell {
    if CUT {
        return below[u32(k + SERIES_REACH) * line.stride + line.number];
    }
    return own_cell(line, line.cells + k);
}

// Old cell 0 to 5 after it; `head` the first six of the line.
fn cell_after(line: Line, k: i32, head: Six) -> Cell {
    if CUT {
        return above[u32(k) * line.stride + line.number];
    }
    let near = select(select(head.l1, head.l2, k == 1), head.l3, k == 0);
    let far = select(select(head.r3, head.r2, k == 4), head.r1, k == 3);
    return select(far, near, k < 3);
}

@compute @workgroup_size(64)
fn sweep(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    particle = parameters.particle;
    let line = line_of(line_number(group, groups, lane));
    if !line.exists {
        return;
    }
    let first_weight = select(real(0.91474668699459515), real(0.085253313005404854), LATTER);
    let second_weight = select(real(0.26446261479904986), real(0.15755219957394281), LATTER);
    let head = Six(
        own_cell(line, 0),
        own_cell(line, 1),
        own_cell(line, 2),
        own_cell(line, 3),
        own_cell(line, 4),
        own_cell(line, 5),
    );
    // Products of the speed with u up to cell k, and with z u up to cell k - 3.
    var once = Six();
    var twice = Six();
    var lower_once = Cell();
    var lower_twice = Cell();
    // The speed of cells k - 1, k - 2, k - 3; a z u of k - 4, k - 5, k - 6.
    var nu1 = Rate();
    var nu2 = Rate();
    var nu3 = Rate();
    var change1 = Cell();
    var change2 = Cell();
    var change3 = Cell();
    for (var k = -SERIES_REACH; k < line.cells + SERIES_REACH; k++) {
        var u = Cell();
        if k < 0 {
            u = cell_before(line, k);
        } else if k < line.cells {
            u = own_cell(line, k);
        } else {
            u = cell_after(line, k - line.cells, head);
        }
        if CUT && k == line.cells {
            // For the slab above, before they are overwritten.
            for (var last = 0; last < SERIES_REACH; last++) {
                below[u32(last) * line.stride + line.number] = own_cell(line, line.cells - SERIES_REACH + last);
            }
        }
        let nu = rate(line, k);
        once = shifted(once, carried(nu, u));
        let upper_once = central_flux(once);
        let z_u = lower_once - upper_once;
        lower_once = upper_once;
        twice = shifted(twice, carried(nu3, z_u));
        let upper_twice = central_flux(twice);
        let zz_u = lower_twice - upper_twice;
        lower_twice = upper_twice;
        if k >= SERIES_REACH {
            // One sum with u: what each loses to rounding adds up, the more the smaller its terms.
            let old = own_cell(line, k - SERIES_REACH);
            state[line.base + u32(k - SERIES_REACH) * line.stride] = old + (change3 + second_weight * zz_u);
        }
        change3 = change2;
        change2 = change1;
        change1 = first_weight * z_u;
        nu3 = nu2;
        nu2 = nu1;
        nu1 = nu;
    }
}
