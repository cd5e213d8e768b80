// Sums over momentum at every space cell with the shares that a relativistic collision takes: weights, products
// and sums in two parts. Twin of src/processor/shares.rs.

@group(0) @binding(4) var<storage, read> equilibria: array<vec2<real>>;

const DENSITY: u32 = 0u;
const KINETIC_ENERGY: u32 = 1u;
const MOMENTUM: u32 = 2u;
const SPIN_VECTOR: u32 = 5u;
const BOOST: u32 = 8u;
const SUMS: u32 = 11u;
const WIDE: u32 = 11u;
const NUMBERS: u32 = 2u * SUMS;

@compute @workgroup_size(64)
fn shares(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    zero = parameters.zero;
    let space = min(space_of(group, groups), parameters.space_cells - 1u);
    let field = space + parameters.first_space_cell;
    particle = parameters.particle;
    let grid = momentum_grid(group, lane);
    let time = number(field * COVARIANT);
    let flow = vector(field * COVARIANT + 1u);
    // Density and kinetic energy.
    var numbers = Wide3();
    var momentum = Wide3();
    var spin = Wide3();
    var boost = Wide3();
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let u = state[space * grid.cells + at.cell];
        let p = wide_momentum(grid, at, field);
        let square = total_of(product_of3(p, p));
        let eps = wide_energy(square);
        let sum = sum_of(eps, wide_mass());
        let share = share_of(time, flow, p, eps);
        let w0 = product_of(share, Wide(density_of(u), real(0.0)));
        let kinetic = product_of(w0, quotient_of(square, sum));
        numbers = added3(numbers, Wide3(vec3<real>(w0.hi, kinetic.hi, 0.0), vec3<real>(w0.lo, kinetic.lo, 0.0)));
        momentum = added3(momentum, product_of3(all_of(w0), p));
        if SPIN {
            let w = product_of3(all_of(share), Wide3(spin_of(u), vec3<real>()));
            spin = added3(spin, w);
            let lever = product_of3(all_of(quotient_of(Wide(real(1.0), real(0.0)), sum)), p);
            let one = product_of3(turned(lever), turned(turned(w)));
            let other = product_of3(turned(turned(lever)), turned(w));
            boost = added3(added3(boost, one), Wide3(-other.hi, -other.lo));
        }
    }
    put_wide(DENSITY, lane, Wide(numbers.hi.x, numbers.lo.x));
    put_wide(KINETIC_ENERGY, lane, Wide(numbers.hi.y, numbers.lo.y));
    put_wide3(MOMENTUM, lane, momentum);
    put_wide3(SPIN_VECTOR, lane, spin);
    put_wide3(BOOST, lane, boost);
    let is_inside = space_of(group, groups) < parameters.space_cells;
    write_sums((space * groups.x + group.x) * NUMBERS, lane, is_inside);
}
