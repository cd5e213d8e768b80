// A factor 1 + a z + b z^2 of the series of exp(z) as far as z^4, z the time times the
// central flux operator; see src/processor/flux.rs, whose twin this is. One march: the flux
// of the state three cells ahead of the flux of what it leaves, and that three cells
// ahead of the cell written.

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

fn one_of(six: Six, k: i32) -> Cell {
    let near = select(select(six.l1, six.l2, k == 1), six.l3, k == 0);
    let far = select(select(six.r3, six.r2, k == 4), six.r1, k == 3);
    return select(far, near, k < 3);
}

// The sixth-order central flux of products with the speed.
fn central_flux(f: Six) -> Cell {
    return real(37.0 / 60.0) * (f.r1 + f.l1) - real(8.0 / 60.0) * (f.r2 + f.l2) + real(1.0 / 60.0) * (f.r3 + f.l3);
}

@compute @workgroup_size(64)
fn sweep(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    particle = parameters.particle;
    let line = line_of(number_of(group, groups, lane));
    if !line.exists {
        return;
    }
    let first_weight = select(real(0.91474668699459515), real(0.085253313005404854), LATTER);
    let second_weight = select(real(0.26446261479904986), real(0.15755219957394281), LATTER);
    let after = Six(
        beyond(line, line.end),
        beyond(line, line.end + 1),
        beyond(line, line.end + 2),
        beyond(line, line.end + 3),
        beyond(line, line.end + 4),
        beyond(line, line.end + 5),
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
    // How far the march reads ahead of the cell it writes.
    let ahead = i32(REACH);
    for (var k = line.first - ahead; k < line.end + ahead; k++) {
        var u = Cell();
        if k < line.first {
            u = beyond(line, k);
        } else if k < line.end {
            u = own_cell(line, k);
        } else {
            u = one_of(after, k - line.end);
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
        if k >= line.first + ahead {
            // One sum with u: what each loses to rounding adds up, the more the smaller its terms.
            let old = own_cell(line, k - ahead);
            state[line.base + u32(k - ahead) * line.stride] = old + (change3 + second_weight * zz_u);
        }
        change3 = change2;
        change2 = change1;
        change1 = first_weight * z_u;
        nu3 = nu2;
        nu2 = nu1;
        nu1 = nu;
    }
}
