//! Sums that workgroups write in two parts, finished in float64.

use crate::operators::{Kernel, Sums, Work};
use crate::precision::Real;

/// What the workgroups of a reading wrote for a space cell, `partial`; `volume` is that of a
/// momentum cell.
pub fn finished<R: Real>(kernel: &Kernel, partial: &[R], volume: f64) -> Sums {
    let (list, numbers) = (kernel.list(), kernel.numbers());
    let extra = if let Work::Sums { extra, .. } = kernel.work { extra } else { 0 };
    let summed = numbers - extra;
    let (mut values, mut least) = (vec![0.0; summed / 2], vec![f64::INFINITY; extra]);
    for parts in partial.chunks_exact(numbers) {
        for (sum, part) in values.iter_mut().zip(parts[..summed].chunks_exact(2)) {
            *sum += (part[0].into() + part[1].into()) * volume;
        }
        for (least, part) in least.iter_mut().zip(&parts[summed..]) {
            *least = f64::min(*least, (*part).into());
        }
    }
    Sums { list, values, least }
}
