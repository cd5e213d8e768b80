// Numbers in two parts, hi + lo, with some twice the digits of one (Dekker, Numer.
// Math. 18, 224 (1971); the sum is Knuth's). Compilers may rearrange sums as though
// they were exact, which takes the rounding error for zero: `kept` holds them off.

struct Wide {
    hi: real,
    lo: real,
}

struct Wide3 {
    hi: vec3<real>,
    lo: vec3<real>,
}

// a + b without error.
fn two_sum(a: real, b: real) -> Wide {
    let sum = kept(a + b);
    let of_b = kept(sum - a);
    let of_a = kept(sum - of_b);
    return Wide(sum, (a - of_a) + (b - of_b));
}

fn two_sum3(a: vec3<real>, b: vec3<real>) -> Wide3 {
    let sum = kept3(a + b);
    let of_b = kept3(sum - a);
    let of_a = kept3(sum - of_b);
    return Wide3(sum, (a - of_a) + (b - of_b));
}

// The same where |a| >= |b|.
fn normal(a: real, b: real) -> Wide {
    let sum = kept(a + b);
    return Wide(sum, b - kept(sum - a));
}

fn normal3(a: vec3<real>, b: vec3<real>) -> Wide3 {
    let sum = kept3(a + b);
    return Wide3(sum, b - kept3(sum - a));
}

// a b without error, or to 2^-35 where a compiler adds the parts in another order.
fn two_product(a: real, b: real) -> Wide {
    let product = kept(a * b);
    let a1 = upper(a);
    let b1 = upper(b);
    let a2 = a - a1;
    let b2 = b - b1;
    return Wide(product, (((kept(a1 * b1) - product) + a1 * b2) + a2 * b1) + a2 * b2);
}

fn two_product3(a: vec3<real>, b: vec3<real>) -> Wide3 {
    let product = kept3(a * b);
    let a1 = upper3(a);
    let b1 = upper3(b);
    let a2 = a - a1;
    let b2 = b - b1;
    return Wide3(product, (kept3(a1 * b1) - product) + (a1 * b2 + a2 * b1 + a2 * b2));
}

fn sum_of(a: Wide, b: Wide) -> Wide {
    let sum = two_sum(a.hi, b.hi);
    return normal(sum.hi, sum.lo + (a.lo + b.lo));
}

fn product_of(a: Wide, b: Wide) -> Wide {
    let product = two_product(a.hi, b.hi);
    return normal(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}

fn product_of3(a: Wide3, b: Wide3) -> Wide3 {
    let product = two_product3(a.hi, b.hi);
    return normal3(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}

// One Newton step for what the quotient or the root of the high parts leaves.
fn quotient_of(a: Wide, b: Wide) -> Wide {
    let q = kept(a.hi / b.hi);
    let back = two_product(q, b.hi);
    return normal(q, (((a.hi - back.hi) - back.lo) + (a.lo - q * b.lo)) / b.hi);
}

fn root_of(a: Wide) -> Wide {
    let r = kept(sqrt(a.hi));
    let back = two_product(r, r);
    return normal(r, (((a.hi - back.hi) - back.lo) + a.lo) / (r + r));
}

// x + y + z of a vector.
fn total_of(a: Wide3) -> Wide {
    return sum_of(sum_of(Wide(a.hi.x, a.lo.x), Wide(a.hi.y, a.lo.y)), Wide(a.hi.z, a.lo.z));
}

fn all_of(a: Wide) -> Wide3 {
    return Wide3(vec3<real>(a.hi), vec3<real>(a.lo));
}

fn turned(a: Wide3) -> Wide3 {
    return Wide3(a.hi.yzx, a.lo.yzx);
}

// A running sum with one more term: the high parts without error.
fn added(sum: Wide, term: Wide) -> Wide {
    let next = two_sum(sum.hi, term.hi);
    return Wide(next.hi, sum.lo + (next.lo + term.lo));
}

fn added3(sum: Wide3, term: Wide3) -> Wide3 {
    let next = two_sum3(sum.hi, term.hi);
    return Wide3(next.hi, sum.lo + (next.lo + term.lo));
}
