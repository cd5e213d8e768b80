//! The electric field that a kick holds fixed: the one of its middle, by construction.
//!
//! While a kick acts, E = D - P changes by terms of order hbar, at the rate `E x a + b`.
//! The part `E x a` is known in closed form: the force qE moves spins in P, the hidden
//! current moves charges in D, and the torque turns spins in P, which makes with N_j of
//! [`Sources`](crate::operators::Sources)
//!
//! ```text
//! a_n = q eps_njl N_jl + (2 mu_B/hbar) mu_B int kappa^2 p_n (p.w)
//! ```
//!
//! The rest, b, is not asked for but found: the E* that a kick of length h from E0 to E1
//! holds fixed obeys
//!
//! ```text
//! E* - (h/2) ( E* x a0 + b0 ) = E0          b0 found in the kick before
//! E* + (h/2) ( E* x a1 + b1 ) = E1          which defines b1
//! ```
//!
//! Read backwards, the lines change places: a kick of -h takes (E1, b1) to (E0, b0), so that
//! the kick is symmetric in time however b changes, and explicit. A wrong b0 alternates in
//! sign, neither growing nor seen in E; what damps E damps it. Taking out all of `E x a` keeps
//! this alternation apart from waves that turn by nearly pi in a step. The asynchronous
//! leapfrog (U. Mutze, mp_arc 08-197, 2008) is the same idea for all variables.
//!
//! To the self-consistent `E*` the prescribed field is added, in both lines.

use glam::DVec3;

/// E* of a kick of length 2 `half` that begins with `e`, `turning` a0 and `rate` b0, beside
/// the prescribed field `external`.
pub fn centred(half: f64, e: DVec3, turning: DVec3, rate: DVec3, external: DVec3) -> DVec3 {
    let c = e + half * (rate + external.cross(turning));
    let k = half * turning;
    // The solution of E* - E* x k = c.
    (c + c.cross(k) + k.dot(c) * k) / (1.0 + k.length_squared())
}

/// The rate b1 that a kick leaves behind which held `centred` fixed and ended with `e` and
/// `turning` a1.
pub fn rate_left(half: f64, centred: DVec3, e: DVec3, turning: DVec3, external: DVec3) -> DVec3 {
    (e - centred) / half - (centred + external).cross(turning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// A kick backwards finds the same E* and leaves what the kick forwards began with.
    #[test]
    fn the_rule_is_its_own_mirror_image() {
        let mut random = Random(3);
        for half in [0.01, 0.7, -3.0] {
            let [e0, e1, a0, a1, b0, external] = std::array::from_fn(|_| random.vector());
            let middle = centred(half, e0, a0, b0, external);
            assert!((middle - half * ((middle + external).cross(a0) + b0) - e0).length() < 1e-14);
            let b1 = rate_left(half, middle, e1, a1, external);
            let back = centred(-half, e1, a1, b1, external);
            assert!((back - middle).length() < 1e-13);
            assert!((rate_left(-half, back, e0, a0, external) - b0).length() < 1e-12);
        }
    }
}
