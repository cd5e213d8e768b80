// Relativistic collisions: shares and equilibria of cells, in two parts. Twin of `Covariant`
// in src/operators/covariant_relaxation.rs; `equilibria` are
// [space cell of the whole grid][COVARIANT numbers], each in two parts.

// Twin of `Covariant::NUMBERS`.
const COVARIANT: u32 = 37u;

fn minus(a: Wide) -> Wide {
    return Wide(-a.hi, -a.lo);
}

// 2^-n, n from 0 to 127.
fn half_to(n: u32) -> real {
    var scale = select(real(1.0), real(0.5), (n & 1u) != 0u);
    scale *= select(real(1.0), real(0.25), (n & 2u) != 0u);
    scale *= select(real(1.0), real(0.0625), (n & 4u) != 0u);
    scale *= select(real(1.0), real(0.00390625), (n & 8u) != 0u);
    scale *= select(real(1.0), real(0.0000152587890625), (n & 16u) != 0u);
    scale *= select(real(1.0), real(0.00000000023283064365386962890625), (n & 32u) != 0u);
    return scale * select(real(1.0), real(5.421010862427522e-20), (n & 64u) != 0u);
}

// e^x = 2^-n (1 + y), x <= 0.
struct Exponential {
    n: u32,
    y: Wide,
}

fn exponential(x: Wide) -> Exponential {
    // Beyond lies nothing that a cell holds.
    let n = u32(min(real(0.5) - x.hi * real(1.4426950408889634), real(120.0)));
    // ln 2 in three parts, the first of so few digits that its products are exact.
    let k = real(n);
    let near = sum_of(x, Wide(k * real(0.693145751953125), real(0.0)));
    let r = sum_of(near, sum_of(two_product(k, real(1.428606765330187045e-06)), Wide(k * real(5.4979230187083712e-14), real(0.0))));
    let z = Wide(r.hi / real(16.0), r.lo / real(16.0));
    // y = z + z^2/2 + z^3/6 (1 + z/4 (1 + z/5 (...))), then (1 + y)^2 - 1 four times.
    let square = product_of(z, z);
    let t = z.hi;
    let inner = real(1.0) + t / real(4.0) * (real(1.0) + t / real(5.0) * (real(1.0) + t / real(6.0) * (real(1.0) + t / real(7.0))));
    let cubic = square.hi * t / real(6.0) * inner;
    var y = sum_of(z, Wide(real(0.5) * square.hi, real(0.5) * square.lo + cubic));
    for (var i = 0u; i < 4u; i++) {
        y = sum_of(Wide(real(2.0) * y.hi, real(2.0) * y.lo), product_of(y, y));
    }
    if x.hi < real(-85.0) {
        return Exponential(127u, Wide(real(-1.0), real(0.0)));
    }
    return Exponential(n, y);
}

// e^x, x <= 0.
fn wide_exp(x: Wide) -> Wide {
    let e = exponential(x);
    let scale = half_to(e.n);
    let whole = sum_of(Wide(real(1.0), real(0.0)), e.y);
    return Wide(scale * whole.hi, scale * whole.lo);
}

// 1 - e^x, x <= 0, as exact where x is small.
fn lost(x: Wide) -> Wide {
    let e = exponential(x);
    let scale = half_to(e.n);
    return sum_of(two_sum(real(1.0), -scale), Wide(-scale * e.y.hi, -scale * e.y.lo));
}

// 1 - exp(-t p.u/(E tau)); `time` and `flow` are t u/tau.
fn share_of(time: Wide, flow: Wide3, p: Wide3, eps: Wide) -> Wide {
    return lost(sum_of(quotient_of(total_of(product_of3(flow, p)), eps), minus(time)));
}
