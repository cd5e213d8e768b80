// Sums over momentum at every space cell, of what diagnostics show: weights, products
// and sums in two parts. Twin of src/processor/observables.rs.

// mu_B is left to the host.
const DENSITY: u32 = 0u;
const EDGE: u32 = 1u;
const MOMENTUM_SCALE: u32 = 2u;
const KINETIC_ENERGY: u32 = 3u;
const PURITY: u32 = 4u;
const MOMENTUM: u32 = 5u;
const SPIN_VECTOR: u32 = 8u;
const MAGNETISATION: u32 = 11u;
const POLARISATION: u32 = 14u;
// 2/hbar times w.h is left to the host, too.
const GIVEN_TURN: u32 = 17u;
const SUMS: u32 = 18u;
const WIDE: u32 = 18u;
// After the sums comes min(w0 - |w|).
const NUMBERS: u32 = 2u * SUMS + 1u;

var<workgroup> least_of_lanes: array<real, LANES>;

@compute @workgroup_size(64)
fn observables(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    zero = parameters.zero;
    let space = min(space_of(group, groups), parameters.space_cells - 1u);
    let field = space + parameters.first_space_cell;
    particle = parameters.particle;
    let grid = momentum_grid(group, lane);
    // Density, edge and scale; kinetic energy and purity.
    var densities = Wide3();
    var energies = Wide3();
    var momentum = Wide3();
    var spin = Wide3();
    var magnetisation = Wide3();
    var polarisation = Wide3();
    var given = Wide();
    var least = real(3.0e38);
    for (var at = first_of(group, lane); at.cell < grid.end; at = next_of(grid, at)) {
        let u = state[space * grid.cells + at.cell];
        let w0 = density_of(u);
        let w = Wide3(spin_of(u), vec3<real>());
        let p = wide_momentum(grid, at, field);
        let square = total_of(product_of3(p, p));
        let eps = wide_energy(square);
        let kinetic = product_of(Wide(w0, real(0.0)), quotient_of(square, sum_of(eps, wide_mass())));
        var squares = product_of(Wide(w0, real(0.0)), Wide(w0, real(0.0)));
        if SPIN {
            squares = sum_of(squares, total_of(product_of3(w, w)));
        }
        let edge = select(real(0.0), abs(w0), on_edge(grid, at.index));
        densities = added3(densities, Wide3(vec3<real>(w0, edge, abs(w0) * sqrt(square.hi)), vec3<real>()));
        energies = added3(energies, Wide3(vec3<real>(kinetic.hi, squares.hi, 0.0), vec3<real>(kinetic.lo, squares.lo, 0.0)));
        momentum = added3(momentum, product_of3(all_of(Wide(w0, real(0.0))), p));
        if SPIN {
            spin = added3(spin, w);
            let f = wide_factors(eps);
            magnetisation = added3(magnetisation, product_of3(all_of(f.alpha), w));
            if ANOMALOUS {
                let along = product_of(f.beta, total_of(product_of3(w, p)));
                magnetisation = added3(magnetisation, product_of3(all_of(Wide(-along.hi, -along.lo)), p));
            }
            // - w x p
            let kappa_p = product_of3(all_of(f.kappa), p);
            let one = product_of3(turned(turned(w)), turned(kappa_p));
            let other = product_of3(turned(w), turned(turned(kappa_p)));
            polarisation = added3(added3(polarisation, one), Wide3(-other.hi, -other.lo));
            if GIVEN {
                given = added(given, total_of(product_of3(w, wide_given_turn(p))));
            }
        }
        least = min(least, w0 - length(w.hi));
    }
    put_wide3(DENSITY, lane, densities);
    put_wide(KINETIC_ENERGY, lane, Wide(energies.hi.x, energies.lo.x));
    // (w0^2 + |w|^2)/2
    put_wide(PURITY, lane, Wide(real(0.5) * energies.hi.y, real(0.5) * energies.lo.y));
    put_wide3(MOMENTUM, lane, momentum);
    put_wide3(SPIN_VECTOR, lane, spin);
    put_wide3(MAGNETISATION, lane, magnetisation);
    put_wide3(POLARISATION, lane, polarisation);
    put_wide(GIVEN_TURN, lane, given);
    least_of_lanes[lane] = least;
    let first = (space * groups.x + group.x) * NUMBERS;
    let is_inside = space_of(group, groups) < parameters.space_cells;
    // Begins with a barrier.
    write_sums(first, lane, is_inside);
    if lane == 0u && is_inside {
        for (var i = 1u; i < LANES; i++) {
            least = min(least, least_of_lanes[i]);
        }
        partial_sums[first + NUMBERS - 1u] = least;
    }
}

// Whether a momentum cell is the first or last of a resolved momentum axis.
fn on_edge(grid: MomentumGrid, index: vec3<u32>) -> bool {
    return ends(grid.x, index.x) || ends(grid.y, index.y) || ends(grid.z, index.z);
}

fn ends(axis: Axis, k: u32) -> bool {
    let whole = k + axis.offset;
    return axis.whole > 1u && (whole == 0u || whole == axis.whole - 1u);
}
