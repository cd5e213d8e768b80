// Sums over the cells of a workgroup. A kernel lists its sums as constants, a vector
// as three: SUMS in all, of which the first WIDE add up without error. The host has
// the same list in src/gpu/sums.rs and finishes the sums in float64.

@group(0) @binding(2) var<storage, read> state: array<Cell>;
// [space cell][workgroup along x][sum][hi, lo]
@group(0) @binding(3) var<storage, read_write> partial_sums: array<real>;

// [number][lane]: high parts of all sums, low parts of the first WIDE.
var<workgroup> lanes: array<real, (SUMS + WIDE) * LANES>;

fn put(sum: u32, lane: u32, value: real) {
    lanes[sum * LANES + lane] = value;
}

fn put3(sum: u32, lane: u32, value: vec3<real>) {
    put(sum, lane, value.x);
    put(sum + 1u, lane, value.y);
    put(sum + 2u, lane, value.z);
}

fn put_wide(sum: u32, lane: u32, value: Wide) {
    put(sum, lane, value.hi);
    put(SUMS + sum, lane, value.lo);
}

fn put_wide3(sum: u32, lane: u32, value: Wide3) {
    put3(sum, lane, value.hi);
    put3(SUMS + sum, lane, value.lo);
}

// Adds up what all lanes have put, and writes it from `first` on.
fn write_sums(first: u32, lane: u32, is_inside: bool) {
    workgroupBarrier();
    // Four lanes for each sum add sixteen lanes each, into the first of those.
    for (var task = lane; task < 4u * SUMS; task += LANES) {
        let sum = task / 4u;
        let quarter = task % 4u * 16u;
        let part = lanes_added(sum, quarter, 1u, 16u);
        if sum < WIDE {
            put_wide(sum, quarter, part);
        } else {
            put(sum, quarter, part.hi + part.lo);
        }
    }
    workgroupBarrier();
    for (var sum = lane; sum < SUMS && is_inside; sum += LANES) {
        let whole = lanes_added(sum, 0u, 16u, 4u);
        partial_sums[first + 2u * sum] = whole.hi;
        partial_sums[first + 2u * sum + 1u] = whole.lo;
    }
}

fn lanes_added(sum: u32, first: u32, stride: u32, count: u32) -> Wide {
    var whole = Wide();
    for (var i = 0u; i < count; i++) {
        let at = sum * LANES + first + i * stride;
        var low = real(0.0);
        if sum < WIDE {
            low = lanes[SUMS * LANES + at];
        }
        whole = added(whole, Wide(lanes[at], low));
    }
    return whole;
}
