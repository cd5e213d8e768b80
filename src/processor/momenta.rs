//! Momenta of neighbouring cells, as arrays that vectors are loaded from.

use std::ops::Range;

use fearless_simd::Simd;
use glam::DVec3;

use super::planes::Vectors;
use crate::grid::{Grid, MOMENTUM};
use crate::lanes::{Lanes, MOST_LANES, Number, Triple};
use crate::physics::{FormFactors, Momentum, Particle};
use crate::precision::Real;

/// Momenta of a range of cells, and what depends on them alone; loads may run over the end.
#[derive(Default)]
pub struct Momenta<R> {
    /// Components at the centres.
    components: [Vec<R>; 3],
    /// What `components` hold.
    cells: Cells,
    /// The numbers of a [`Momentum`], with another momentum added, and that.
    known: [Vec<R>; NUMBERS],
    added: Option<DVec3>,
}

/// Of a [`Momentum`].
const NUMBERS: usize = 10;

impl<R: Real> Momenta<R> {
    /// Adds `p` to all of them, and works out what depends on them alone, unless that is known already.
    pub fn add<S: Simd>(&mut self, simd: S, particle: &Particle, p: DVec3) -> Known<'_, R> {
        if self.added != Some(p) {
            self.added = Some(p);
            self.work_out(simd, particle, p);
        }
        Known(self.known.each_ref().map(|numbers| &numbers[..]))
    }

    fn work_out<S: Simd>(&mut self, simd: S, particle: &Particle, p: DVec3) {
        let Momenta { components: [x, y, z], known, .. } = self;
        known.iter_mut().for_each(|numbers| numbers.resize(x.len(), R::default()));
        let places = || (0..x.len() - MOST_LANES).step_by(Lanes::<S, R>::COUNT);
        simd.vectorize(
            #[inline(always)]
            || {
                let added = Triple::splat(simd, p);
                // Without a moment nobody asks for the factors.
                if particle.moment == 0.0 {
                    for i in places() {
                        let p = Triple::load(simd, [x, y, z], i) + added;
                        store(known, i, [p.x, p.y, p.z, particle.energy(p).inverse()]);
                    }
                    return;
                }
                for i in places() {
                    let Momentum { p, inverse_energy, factors: f } =
                        particle.at(Triple::load(simd, [x, y, z], i) + added);
                    let numbers =
                        [p.x, p.y, p.z, inverse_energy, f.alpha, f.beta, f.kappa, f.d_alpha, f.d_beta, f.d_kappa];
                    store(known, i, numbers);
                }
            },
        );
    }

    /// Those of some momentum cells; components along `without` and along axes that are not resolved are zero.
    pub fn set(&mut self, grid: &Grid, cells: Range<usize>, without: Option<usize>) {
        if self.cells == Cells::Range(cells.clone()) {
            return;
        }
        (self.cells, self.added) = (Cells::Range(cells.clone()), None);
        let (shape, strides) = (grid.shape(), grid.strides());
        for (direction, numbers) in self.components.iter_mut().enumerate() {
            numbers.clear();
            let slot = MOMENTUM + direction;
            let axis = grid.axis(slot).filter(|_| without != Some(direction));
            let Some(axis) = axis else {
                numbers.resize(cells.len() + MOST_LANES, R::default());
                continue;
            };
            // Runs of cells alike in this component.
            let mut cell = cells.start;
            while cell < cells.end {
                let end = (cell / strides[slot] + 1) * strides[slot];
                let centre = R::nearest(axis.centre((cell / strides[slot] % shape[slot]) as isize));
                numbers.extend(std::iter::repeat_n(centre, end.min(cells.end) - cell));
                cell = end;
            }
            numbers.resize(cells.len() + MOST_LANES, R::default());
        }
    }

    /// Those of cells `places` of `lines` lines along the fastest axis `swept`, line after line, `first` the first cell of the
    /// first line. Places beyond the edges continue the axis, or the ring.
    pub fn set_lines(
        &mut self,
        grid: &Grid,
        swept: usize,
        (first, lines): (usize, usize),
        places: Range<isize>,
        periodic: bool,
    ) {
        let cells = Cells::OfLines { first, lines, places: places.clone() };
        if self.cells == cells {
            return;
        }
        (self.cells, self.added) = (cells, None);
        let centres: Vec<R> = centres(grid, swept, places, periodic);
        let (shape, strides) = (grid.shape(), grid.strides());
        for (direction, numbers) in self.components.iter_mut().enumerate() {
            numbers.clear();
            let slot = MOMENTUM + direction;
            for cell in (0..lines).map(|line| first + line * shape[swept]) {
                match grid.axis(slot) {
                    Some(_) if slot == swept => numbers.extend_from_slice(&centres),
                    axis => {
                        let index = cell / strides[slot] % shape[slot];
                        let centre = axis.map_or(0.0, |axis| axis.centre(index as isize));
                        numbers.resize(numbers.len() + centres.len(), R::nearest(centre));
                    }
                }
            }
            numbers.resize(numbers.len() + MOST_LANES, R::default());
        }
    }

    /// Those of cells `places` of `width` lines side by side along axis `swept`, row after row, `first` the first cell of
    /// the first line.
    pub fn set_rows(
        &mut self,
        grid: &Grid,
        swept: usize,
        (first, width): (usize, usize),
        places: Range<isize>,
        periodic: bool,
    ) {
        let cells = Cells::OfRows { first, width, places: places.clone() };
        if self.cells == cells {
            return;
        }
        self.set(grid, first..first + width, Some(swept - MOMENTUM));
        (self.cells, self.added) = (cells, None);
        let centres: Vec<R> = centres(grid, swept, places, periodic);
        for (direction, numbers) in self.components.iter_mut().enumerate() {
            let row = numbers[..width].to_vec();
            numbers.clear();
            for &centre in &centres {
                match MOMENTUM + direction == swept {
                    true => numbers.resize(numbers.len() + width, centre),
                    false => numbers.extend_from_slice(&row),
                }
            }
            numbers.resize(numbers.len() + MOST_LANES, R::default());
        }
    }
}

/// Writes numbers from place `i` on into the first arrays, one into each.
#[inline(always)]
fn store<S: Simd, R: Real, const N: usize>(known: &mut [Vec<R>; NUMBERS], i: usize, numbers: [Lanes<S, R>; N]) {
    for k in 0..N {
        numbers[k].store(&mut known[k], i);
    }
}

/// Centres of an axis; beyond its edges those of the ring, or as the axis would go on.
fn centres<R: Real>(grid: &Grid, slot: usize, places: Range<isize>, periodic: bool) -> Vec<R> {
    let Some(axis) = grid.axis(slot) else { return Vec::new() };
    let wrapped = |k: isize| if periodic { k.rem_euclid(axis.cells as isize) } else { k };
    places.map(|k| R::nearest(axis.centre(wrapped(k)))).collect()
}

/// Which cells some momenta are those of.
#[derive(Default, PartialEq)]
enum Cells {
    #[default]
    None,
    Range(Range<usize>),
    OfRows {
        first: usize,
        width: usize,
        places: Range<isize>,
    },
    OfLines {
        first: usize,
        lines: usize,
        places: Range<isize>,
    },
}

/// Arrays of what is known of momenta.
#[derive(Clone, Copy)]
pub struct Known<'a, R>([&'a [R]; NUMBERS]);

impl<R: Real> Known<'_, R> {
    /// The same, of one length that a loop compares its loads with once.
    #[inline(always)]
    pub fn alike(self) -> Self {
        let [x, y, z, inverse_energy, alpha, beta, kappa, d_alpha, d_beta, d_kappa] = self.0;
        let length = x.len();
        Known([
            x,
            &y[..length],
            &z[..length],
            &inverse_energy[..length],
            &alpha[..length],
            &beta[..length],
            &kappa[..length],
            &d_alpha[..length],
            &d_beta[..length],
            &d_kappa[..length],
        ])
    }

    /// The momenta from number `i` on.
    #[inline(always)]
    pub fn load<S: Simd>(self, simd: S, i: usize) -> Momentum<Vectors<S, R>> {
        let [x, y, z, inverse_energy, alpha, beta, kappa, d_alpha, d_beta, d_kappa] = self.0;
        Momentum {
            p: Triple::load(simd, [x, y, z], i),
            inverse_energy: Lanes::load(simd, inverse_energy, i),
            factors: FormFactors {
                alpha: Lanes::load(simd, alpha, i),
                beta: Lanes::load(simd, beta, i),
                kappa: Lanes::load(simd, kappa, i),
                d_alpha: Lanes::load(simd, d_alpha, i),
                d_beta: Lanes::load(simd, d_beta, i),
                d_kappa: Lanes::load(simd, d_kappa, i),
            },
        }
    }
}
