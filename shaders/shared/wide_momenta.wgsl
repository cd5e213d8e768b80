// What depends on the momentum of a cell, in two parts: see `shared/hamiltonian.wgsl`.

// Momentum at a cell's centre, with the one that is not resolved.
fn wide_momentum(grid: MomentumGrid, at: Cursor, field: u32) -> Wide3 {
    let offset = vec3<u32>(grid.x.offset, grid.y.offset, grid.z.offset);
    let index = Wide3(vec3<real>(at.index + offset), vec3<real>());
    let step = Wide3(
        vec3<real>(grid.x.step, grid.y.step, grid.z.step),
        vec3<real>(grid.x.step_low, grid.y.step_low, grid.z.step_low),
    );
    let from_first = product_of3(index, step);
    let first = vec3<real>(grid.x.first, grid.y.first, grid.z.first);
    let first_low = vec3<real>(grid.x.first_low, grid.y.first_low, grid.z.first_low);
    let centre = two_sum3(first, from_first.hi);
    // The high parts may cancel.
    let p = two_sum3(centre.hi, centre.lo + (first_low + from_first.lo));
    if !CANONICAL {
        return p;
    }
    // Axes are resolved or have such a momentum, never both.
    return Wide3(p.hi + fields[field].p.xyz, p.lo + fields[field].p_low.xyz);
}

fn wide_mass() -> Wide {
    return Wide(particle.mass, particle.mass_low);
}

fn wide_energy(square: Wide) -> Wide {
    if KINEMATICS == RELATIVISTIC {
        return root_of(sum_of(product_of(wide_mass(), wide_mass()), square));
    }
    return wide_mass();
}

struct WideFactors {
    alpha: Wide,
    beta: Wide,
    kappa: Wide,
}

// Those of `form_factors`.
fn wide_factors(eps: Wide) -> WideFactors {
    let m = wide_mass();
    let a = Wide(particle.anomaly, particle.anomaly_low);
    if KINEMATICS == RELATIVISTIC {
        let sum = sum_of(eps, m);
        return WideFactors(
            sum_of(quotient_of(m, eps), a),
            quotient_of(quotient_of(a, eps), sum),
            quotient_of(sum_of(quotient_of(m, sum), a), eps),
        );
    }
    let one = Wide(real(1.0), real(0.0));
    if KINEMATICS == NON_RELATIVISTIC {
        return WideFactors(sum_of(one, a), Wide(), quotient_of(sum_of(Wide(real(0.5), real(0.0)), a), m));
    }
    return WideFactors(sum_of(one, a), Wide(), Wide());
}

// (2/hbar) h(p) of a given h.
fn wide_given_turn(p: Wide3) -> Wide3 {
    let turn = particle.given_turn;
    let low = particle.given_turn_low;
    let x = product_of3(all_of(Wide(p.hi.x, p.lo.x)), Wide3(vector_of(turn[0]), vector_of(low[0])));
    let y = product_of3(all_of(Wide(p.hi.y, p.lo.y)), Wide3(vector_of(turn[1]), vector_of(low[1])));
    let z = product_of3(all_of(Wide(p.hi.z, p.lo.z)), Wide3(vector_of(turn[2]), vector_of(low[2])));
    let sum = added3(added3(added3(Wide3(vector_of(turn[3]), vector_of(low[3])), x), y), z);
    return normal3(sum.hi, sum.lo);
}
