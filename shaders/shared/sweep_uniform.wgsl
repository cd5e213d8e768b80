// One speed for the whole line: any Courant number across a periodic axis.
@compute @workgroup_size(64)
fn uniform_sweep(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let line = line_of(id, groups);
    let first = i32(id.y) * MARCH;
    let nu = line_speed(line) * parameters.time_over_step;
    var shift = 0;
    if PERIODIC {
        shift = i32(round(nu));
    }
    let weights = uniform_weights(nu - real(shift));
    // First cell of the march, seen from upstream, brought into the domain.
    var from_cell = first;
    if PERIODIC {
        from_cell = ((first - shift) % line.cells + line.cells) % line.cells;
    }
    var u = Window(
        cell_at(line, from_cell - 3), cell_at(line, from_cell - 2), cell_at(line, from_cell - 1),
        cell_at(line, from_cell), cell_at(line, from_cell + 1), cell_at(line, from_cell + 2),
    );
    var lower = select(Cell(), uniform_flux(weights, u), open_face(line, first));
    for (var i = 0; i < MARCH; i++) {
        let k = first + i;
        u = shifted(u, cell_at(line, from_cell + i + 3));
        let upper = select(Cell(), uniform_flux(weights, u), open_face(line, k + 1));
        if line.exists && k < line.cells {
            state_out[line.base + u32(k) * line.stride] = u.l1 - (upper - lower);
        }
        if READ_FLUX {
            // Whole cells that cross the upper face besides the remainder.
            var whole = real(0.0);
            for (var s = 0; s < shift; s++) {
                whole += density_of(cell_at(line, (k - s + line.cells * (1 + s / line.cells)) % line.cells));
            }
            for (var s = shift; s < 0; s++) {
                whole -= density_of(cell_at(line, (k - s) % line.cells));
            }
            lane_flux[u32(i) * LANES + lane] = select(real(0.0), density_of(upper) + whole, line.exists);
        }
        lower = upper;
    }
    if READ_FLUX {
        write_flux(line, first, lane, group.x, groups.x);
    }
}
