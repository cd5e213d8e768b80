//! Random numbers of integration tests, and of unit tests, which reach this file from `src/lib.rs`.

#![allow(dead_code, reason = "each test file uses its own part")]

use glam::DVec3;

/// A linear congruential generator modulo 2^64 (D. E. Knuth, The Art of Computer Programming 2, 3.3.4);
/// the same seed gives the same numbers on every machine.
pub struct Random(pub u64);

impl Random {
    /// Uniform in [-1, 1).
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    /// Uniform in [0, 1).
    pub fn fraction(&mut self) -> f64 {
        0.5 + 0.5 * self.next()
    }

    /// Uniform in 0..end.
    pub fn below(&mut self, end: usize) -> usize {
        (self.fraction() * end as f64) as usize
    }

    /// A normal deviate, mean 0 and variance 1: the sum of twelve uniform ones.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.fraction()).sum::<f64>() - 6.0
    }

    pub fn vector(&mut self) -> DVec3 {
        DVec3::new(self.next(), self.next(), self.next())
    }

    pub fn numbers(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.next()).collect()
    }

    pub fn vectors(&mut self, count: usize) -> Vec<DVec3> {
        (0..count).map(|_| self.vector()).collect()
    }
}
