// Collisions of relativistic particles: every cell moves its share 1 - exp(-t p.u/(E tau)) towards the local
// equilibrium of its space cell, in two parts, so that what is conserved is so to the rounding of the state. Twin of
// src/processor/covariant_relaxation.rs.

// Whether g = A q/(q + amplitude), or amplitude q.
override FERMIONS: bool = false;

@group(0) @binding(2) var<storage, read_write> state: array<Cell>;
@group(0) @binding(3) var<storage, read> equilibria: array<vec2<real>>;

@compute @workgroup_size(64)
fn relax(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    zero = parameters.zero;
    let space = space_of(group, groups);
    if space >= parameters.space_cells {
        return;
    }
    let field = space + parameters.first_space_cell;
    particle = parameters.particle;
    let grid = momentum_grid(group, lane);
    let first = field * COVARIANT;
    let time = number(first);
    if time.hi == real(0.0) {
        return;
    }
    let flow = vector(first + 1u);
    let amplitude = number(first + 4u);
    let states = number(first + 5u);
    let drift = vector(first + 6u);
    let beta = number(first + 9u);
    let peak = number(first + 10u);
    let local = vector(first + 11u);
    let boost_energy = vector(first + 14u).hi;
    let boost_mass = vector(first + 17u).hi;
    let b = vector(first + 20u).hi;
    let kappa_inner = number(first + 23u).hi;
    let kappa_outer = number(first + 24u).hi;
    let gradient_time = vector(first + 25u).hi;
    let gradient_x = vector(first + 28u).hi;
    let gradient_y = vector(first + 31u).hi;
    let gradient_z = vector(first + 34u).hi;
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let cell = space * grid.cells + at.cell;
        let p = wide_momentum(grid, at, field);
        let square = total_of(product_of3(p, p));
        let eps = wide_energy(square);
        let kinetic = quotient_of(square, sum_of(eps, wide_mass()));
        let share = share_of(time, flow, p, eps);
        let along = sum_of(total_of(product_of3(drift, p)), minus(sum_of(product_of(beta, kinetic), peak)));
        // No more than 0 but for rounding.
        let q = wide_exp(Wide(min(along.hi, real(0.0)), along.lo));
        var g = product_of(amplitude, q);
        var weight = g;
        if FERMIONS {
            let sum = sum_of(q, amplitude);
            g = product_of(states, quotient_of(q, sum));
            weight = product_of(g, quotient_of(amplitude, sum));
        }
        let u = state[cell];
        let lack = product_of(share, sum_of(g, Wide(-density_of(u), real(0.0))));
        let moved = two_sum(density_of(u), lack.hi);
        let w0 = moved.hi + (moved.lo + lack.lo);
        if SPIN {
            let k = p.hi;
            let e = eps.hi;
            let kappa = kappa_inner / (e + particle.mass) - kappa_outer / e;
            let gradient = e * gradient_time - k.x * gradient_x - k.y * gradient_y - k.z * gradient_z + cross(k, b);
            let boost = (e * boost_energy + boost_mass) / (e + particle.mass);
            let nonlocal = cross(k, boost - kappa * gradient);
            // What the sum leaves out where the nonlocal part is small.
            let target_spin = two_sum3(local.hi, nonlocal);
            let aim = product_of3(all_of(weight), Wide3(target_spin.hi, target_spin.lo + local.lo));
            let w = spin_of(u);
            let missing = two_sum3(aim.hi, -w);
            let step = product_of3(all_of(share), normal3(missing.hi, missing.lo + aim.lo));
            let next = two_sum3(w, step.hi);
            state[cell] = cell_of(w0, next.hi + (next.lo + step.lo));
        } else {
            state[cell] = cell_of(w0, vec3<real>());
        }
    }
}
