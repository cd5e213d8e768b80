// Sums over momentum at every space cell: the sources of Maxwell's equations. Twin of
// src/reference/moments.rs.

// mu_B is left to the host in all but the first two.
const DENSITY: u32 = 0u;
const STREAM: u32 = 1u;
const MAGNETISATION: u32 = 4u;
const POLARISATION: u32 = 7u;
const HIDDEN_STREAM: u32 = 10u;
const SUMS: u32 = 13u;
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
    let e = fields[field].e;
    let b = fields[field].b.xyz;
    let canonical = with_canonical(vec3<real>(), field);
    particle = parameters.particle;
    let grid = momentum_grid(group, lane);
    var density = Wide();
    var stream = vec3<real>();
    var magnetisation = vec3<real>();
    var polarisation = vec3<real>();
    var hidden = vec3<real>();
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let u = state[space * grid.cells + at.cell];
        let p = momentum_of(grid, at) + canonical;
        density = added(density, Wide(density_of(u), real(0.0)));
        stream += density_of(u) * velocity(p);
        if SPIN {
            let f = form_factors(p);
            let w = spin_of(u);
            let along = dot(w, p);
            // - w.(d/dp_j) T(p; 0, B) and - w.(d/dp_j) T(p; E, 0), for all j.
            var magnetic = -f.d_alpha * dot(w, b) * p;
            magnetisation += f.alpha * w;
            if ANOMALOUS {
                magnetic += f.d_beta * dot(p, b) * along * p + f.beta * (along * b + dot(p, b) * w);
                magnetisation -= f.beta * along * p;
            }
            stream += particle.moment * magnetic;
            hidden += f.d_kappa * dot(w, cross(p, e)) * p + f.kappa * cross(e, w);
            polarisation -= f.kappa * cross(w, p);
        }
    }
    put_wide(DENSITY, lane, density);
    put3(STREAM, lane, stream);
    put3(MAGNETISATION, lane, magnetisation);
    put3(POLARISATION, lane, polarisation);
    put3(HIDDEN_STREAM, lane, hidden);
    write_sums((space * groups.x + group.x) * 2u * SUMS, lane, space_of(group, groups) < parameters.space_cells);
}
