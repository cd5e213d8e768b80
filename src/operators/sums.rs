//! Sums over momentum that a reading leaves, by name. `tests/shaders.rs` proves the lists of the
//! readings those of WGSL.

use glam::DVec3;

/// The sums of a reading in order: name of the WGSL constant, and how many numbers: 3 for a vector.
pub type List = [(&'static str, usize)];

/// How many numbers come before the sum `name`; all, if there is none of that name.
pub fn position(list: &List, name: &str) -> usize {
    list.iter().take_while(|(sum, _)| *sum != name).map(|(_, numbers)| numbers).sum()
}

/// Sums of a list, counting a vector as three.
pub fn count(list: &List) -> usize {
    position(list, "")
}

/// The sums of one space cell, in float64.
#[derive(Clone, Debug)]
pub struct Sums {
    /// Their names, and how many numbers each has.
    pub list: &'static List,
    /// All numbers, in the order of `list`.
    pub values: Vec<f64>,
    /// The least of each extra number among the parts.
    pub least: Vec<f64>,
}

impl Sums {
    /// The sum of this name, a scalar.
    pub fn number(&self, name: &str) -> f64 {
        self.values[position(self.list, name)]
    }

    /// The sum of this name, a vector.
    pub fn vector(&self, name: &str) -> DVec3 {
        self.direction(name, 0)
    }

    /// Vector number `direction` of several.
    pub fn direction(&self, name: &str, direction: usize) -> DVec3 {
        DVec3::from_slice(&self.values[position(self.list, name) + 3 * direction..])
    }
}
