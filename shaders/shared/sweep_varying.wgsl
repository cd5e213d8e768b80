// A speed that varies along the line, and may couple the components; |nu| <= 1.

fn product(line: Line, k: i32, nu: Speed) -> Cell {
    return carried(nu, cell_at(line, k));
}

@compute @workgroup_size(64)
fn varying_sweep(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let line = line_of(id, groups);
    let first = i32(id.y) * MARCH;
    var u = Window(
        cell_at(line, first - 3), cell_at(line, first - 2), cell_at(line, first - 1),
        cell_at(line, first), cell_at(line, first + 1), cell_at(line, first + 2),
    );
    // Speeds at the second left to the third right cell; the first left one is
    // needed in its product only.
    var nu_l2 = speed_at(line, first - 2);
    var nu_l1 = speed_at(line, first - 1);
    var nu_r1 = speed_at(line, first);
    var nu_r2 = speed_at(line, first + 1);
    var nu_r3 = speed_at(line, first + 2);
    var f = Window(
        carried(speed_at(line, first - 3), u.l3), carried(nu_l2, u.l2), carried(nu_l1, u.l1),
        carried(nu_r1, u.r1), carried(nu_r2, u.r2), carried(nu_r3, u.r3),
    );
    var nu_face = (real(9.0) * (nu_l1 + nu_r1) - (nu_l2 + nu_r2)) * real(1.0 / 16.0);
    var lower = select(Cell(), varying_flux(u, f, nu_face), open_face(line, first));
    for (var i = 0; i < MARCH; i++) {
        let k = first + i;
        nu_l2 = nu_l1;
        nu_l1 = nu_r1;
        nu_r1 = nu_r2;
        nu_r2 = nu_r3;
        nu_r3 = speed_at(line, k + 3);
        let next = cell_at(line, k + 3);
        u = shifted(u, next);
        f = shifted(f, carried(nu_r3, next));
        nu_face = (real(9.0) * (nu_l1 + nu_r1) - (nu_l2 + nu_r2)) * real(1.0 / 16.0);
        let upper = select(Cell(), varying_flux(u, f, nu_face), open_face(line, k + 1));
        if line.exists && k < line.cells {
            state_out[line.base + u32(k) * line.stride] = u.l1 - (upper - lower);
        }
        if READ_FLUX {
            lane_flux[u32(i) * LANES + lane] = select(real(0.0), density_of(upper), line.exists);
        }
        lower = upper;
    }
    if READ_FLUX {
        write_flux(line, first, lane, group.x, groups.x);
    }
}
