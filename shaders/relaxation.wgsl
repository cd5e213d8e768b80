// Collisions: every cell moves the share of its space cell towards the local equilibrium, in
// two parts, so that what is conserved is so to the rounding of the state. Twin of
// src/processor/relaxation.rs.

// Whether g = A/(1 + product of factors), or the product itself.
override FERMIONS: bool = false;

@group(0) @binding(2) var<storage, read_write> state: array<Cell>;
// [space cell of the whole grid][HEAD numbers, factors along px, py, pz], each in two parts.
@group(0) @binding(3) var<storage, read> equilibria: array<vec2<real>>;

// Numbers before the factors; twin of `LocalEquilibrium::HEAD`.
const HEAD: u32 = 18u;

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
    let grid = momentum_grid(group, lane);
    let factor_x = HEAD;
    let factor_y = factor_x + grid.x.whole;
    let factor_z = factor_y + grid.y.whole;
    let first = field * (factor_z + grid.z.whole);
    let share = number(first).hi;
    if share == real(0.0) {
        return;
    }
    let factor = number(first + 1u);
    let states = number(first + 2u);
    let local = vector(first + 3u);
    let turned_potential = vector(first + 6u).hi;
    let flow_x = vector(first + 9u).hi;
    let flow_y = vector(first + 12u).hi;
    let flow_z = vector(first + 15u).hi;
    let canonical = with_canonical(vec3<real>(), field);
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let cell = space * grid.cells + at.cell;
        let x = number(first + factor_x + at.index.x + grid.x.offset);
        let y = number(first + factor_y + at.index.y + grid.y.offset);
        let z = number(first + factor_z + at.index.z + grid.z.offset);
        var g = product_of(product_of(product_of(factor, x), y), z);
        var weight = g;
        if FERMIONS {
            let one = Wide(real(1.0), real(0.0));
            // Nobody is left where products leave the range of f32.
            let beyond = factor.hi * x.hi * y.hi * z.hi > real(1e30);
            var n = quotient_of(one, sum_of(one, g));
            n = Wide(select(n.hi, real(0.0), beyond), select(n.lo, real(0.0), beyond));
            g = product_of(states, n);
            weight = product_of(g, sum_of(one, Wide(-n.hi, -n.lo)));
        }
        let u = state[cell];
        let moved = two_sum(density_of(u), share * (g.hi - density_of(u)));
        let w0 = moved.hi + (moved.lo + share * g.lo);
        if SPIN {
            let p = momentum_of(grid, at) + canonical;
            let flow = flow_x * p.x + flow_y * p.y + flow_z * p.z;
            let nonlocal = cross(p, flow) + dot(p, p) * turned_potential - dot(p, turned_potential) * p;
            let target_spin = local.hi + nonlocal;
            // What the sum leaves out where the nonlocal part is small.
            let left = two_sum3(local.hi, nonlocal).lo + local.lo;
            let w = spin_of(u);
            let turned_spin = two_sum3(w, share * (weight.hi * target_spin - w));
            let low = weight.hi * left + weight.lo * target_spin;
            state[cell] = cell_of(w0, turned_spin.hi + (turned_spin.lo + share * low));
        } else {
            state[cell] = cell_of(w0, vec3<real>());
        }
    }
}
