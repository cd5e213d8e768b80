//! Layers at the ends of an axis that absorb waves and particles.
//!
//! Topology stays periodic: what runs into the layer at one end would come out of the
//! layer at the other. Depth s into a layer of width L runs from 0 at its inner edge
//! to 1 at the end of the axis, and the rate there is `r s^3`; smooth growth is what
//! keeps reflection at the edge small.

use glam::DVec3;

use super::Mesh;

/// What is let through, as a power of e.
const DECAY: f64 = 12.0;

/// Rate at `position`, summed over the axes with a layer of the given width, with
/// `r = 4 DECAY/L`:
///
/// - as the rate at which particles vanish, one at the speed of light that crosses a
///   single layer is left with exp(- int r s^3 dx) = exp(-r L/4) = exp(-DECAY);
/// - as a conductivity, which damps a wave at normal incidence by half of it per
///   length, a wave that crosses both layers is left with exp(-2 r L/8) = exp(-DECAY).
pub fn rate(mesh: &Mesh, widths: [Option<f64>; 3], position: DVec3) -> f64 {
    let resolved = mesh.resolved().filter_map(|axis| Some((axis, widths[axis]?)));
    resolved
        .map(|(axis, width)| {
            let from = mesh.first[axis] - 0.5 * mesh.step[axis];
            let to = from + mesh.cells[axis] as f64 * mesh.step[axis];
            let distance = (position[axis] - from).min(to - position[axis]);
            let depth = (1.0 - distance / width).clamp(0.0, 1.0);
            4.0 * DECAY / width * depth.powi(3)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rate lies in the layers only, rises to the ends and has the promised integral.
    #[test]
    fn rate_integrates_to_the_decay() {
        let mesh = Mesh { cells: [1, 4000, 2], step: [1.0, 0.01, 1.0], first: [0.0, 5.005, 0.0] };
        let widths = [Some(1.0), Some(8.0), None];
        let rates: Vec<f64> = (0..4000).map(|n| rate(&mesh, widths, mesh.position(2 * n))).collect();
        assert!(rates[800..3200].iter().all(|rate| *rate == 0.0) && rates[799] > 0.0 && rates[3200] > 0.0);
        let integral = |range: std::ops::Range<usize>| rates[range].iter().sum::<f64>() * 0.01;
        assert!((integral(0..800) - DECAY).abs() < 1e-4 && (integral(3200..4000) - DECAY).abs() < 1e-4);
        assert!(rates.windows(2).take(800).all(|pair| pair[0] >= pair[1]));
    }
}
