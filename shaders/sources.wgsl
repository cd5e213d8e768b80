// Sums over momentum at every space cell: the sources of Maxwell's equations. Twin of
// src/processor/sources.rs.

// mu_B is left to the host in M, P and N, and (2 mu_B/hbar) mu_B in the turning.
const DENSITY: u32 = 0u;
const STREAM: u32 = 1u;
const MAGNETISATION: u32 = 4u;
const POLARISATION: u32 = 7u;
// N_x, N_y, N_z.
const POLARISATION_SLOPE: u32 = 10u;
const TORQUE_TURNING: u32 = 19u;
const INVERSE_INERTIA: u32 = 22u;
const SUMS: u32 = 23u;
const WIDE: u32 = 1u;

@compute @workgroup_size(64)
fn sources(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    zero = parameters.zero;
    let space = min(space_of(group, groups), parameters.space_cells - 1u);
    let field = space + parameters.first_space_cell;
    let b = fields[field].b.xyz;
    let canonical = with_canonical(vec3<real>(), field);
    particle = parameters.particle;
    let grid = momentum_grid(group, lane);
    var density = Wide();
    var stream = vec3<real>();
    var magnetisation = vec3<real>();
    var polarisation = vec3<real>();
    var slope_x = vec3<real>();
    var slope_y = vec3<real>();
    var slope_z = vec3<real>();
    var torque_turning = vec3<real>();
    var inverse_inertia = real(0.0);
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let u = state[space * grid.cells + at.cell];
        let p = momentum_of(grid, at) + canonical;
        density = added(density, Wide(density_of(u), real(0.0)));
        let inverse = inverse_energy(p);
        stream += density_of(u) * inverse * p;
        inverse_inertia += abs(density_of(u)) * inverse;
        if SPIN {
            let f = form_factors(p);
            let w = spin_of(u);
            let along = dot(w, p);
            // - w.(d/dp_j) T(p; 0, B) for all j.
            var magnetic = -f.d_alpha * dot(w, b) * p;
            magnetisation += f.alpha * w;
            if ANOMALOUS {
                magnetic += f.d_beta * dot(p, b) * along * p + f.beta * (along * b + dot(p, b) * w);
                magnetisation -= f.beta * along * p;
            }
            stream += particle.moment * magnetic;
            let turn = cross(w, p);
            polarisation -= f.kappa * turn;
            slope_x -= f.d_kappa * p.x * turn + f.kappa * vec3<real>(real(0.0), w.z, -w.y);
            slope_y -= f.d_kappa * p.y * turn + f.kappa * vec3<real>(-w.z, real(0.0), w.x);
            slope_z -= f.d_kappa * p.z * turn + f.kappa * vec3<real>(w.y, -w.x, real(0.0));
            torque_turning += f.kappa * f.kappa * along * p;
        }
    }
    put_wide(DENSITY, lane, density);
    put3(STREAM, lane, stream);
    put3(MAGNETISATION, lane, magnetisation);
    put3(POLARISATION, lane, polarisation);
    put3(POLARISATION_SLOPE, lane, slope_x);
    put3(POLARISATION_SLOPE + 3u, lane, slope_y);
    put3(POLARISATION_SLOPE + 6u, lane, slope_z);
    put3(TORQUE_TURNING, lane, torque_turning);
    put(INVERSE_INERTIA, lane, inverse_inertia);
    write_sums((space * groups.x + group.x) * 2u * SUMS, lane, space_of(group, groups) < parameters.space_cells);
}
