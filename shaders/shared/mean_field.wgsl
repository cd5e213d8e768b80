// The mean field of a pair potential at every momentum, by sums from desk to desk: what the source holds of all momenta of a
// space cell comes to the target, an invocation for each cell. Drivers that end long loops do so where all loops of an
// invocation together have 65535 turns: each kernel sums along one axis alone.

@group(0) @binding(2) var<storage, read_write> state: array<Cell>;
// [HEAD numbers, factors by differences of indices, what is taken off at each space cell of the whole grid]
@group(0) @binding(3) var<storage, read> mean_field: array<real>;
// [cell of the slab]
@group(0) @binding(4) var<storage, read> source: array<vec4<real>>;
@group(0) @binding(5) var<storage, read_write> goal: array<vec4<real>>;

const LANES: u32 = 64u;
// Numbers before the factors, the first of them the scale; twin of `MeanField::HEAD`.
const HEAD: u32 = 1u;

// The cell of an invocation in this slab.
fn cell_of_lane(group: vec3<u32>, groups: vec3<u32>, lane: u32) -> u32 {
    return (group.y * groups.x + group.x) * LANES + lane;
}

fn is_inside(cell: u32) -> bool {
    return cell < parameters.space_cells * parameters.momentum_cells;
}

fn apart(a: u32, b: u32) -> u32 {
    return max(a, b) - min(a, b);
}
