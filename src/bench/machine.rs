//! What is measured: an adapter or the processor.

use std::time::Instant;

use rayon::prelude::*;

use crate::error::Result;
use crate::gpu::{Context, DeviceMemory, GpuExecutor, KernelTiming, Profile as CommandTimes};
use crate::operators::{Build, Executor, FieldSample, ReadSources, Recording, Scheme, Term};
use crate::precision::Real;
use crate::processor::Processor;
use crate::simulation::Prepared;

/// What is measured.
pub(super) enum Machine {
    Adapter(Context),
    Processor,
}

/// What is asked of it beside running recordings.
pub(super) trait Measured: Executor {
    /// Times the first command of each recording, and before them a copy of the state or of its largest slab.
    fn time(&mut self, recordings: &[Recording], rounds: usize) -> Result<Vec<KernelTiming>>;
    /// Starts a profile, where there is a clock for it.
    fn profile(&mut self) -> Option<CommandTimes>;
    /// Bytes that the state takes, those predicted for all, and those taken.
    fn bytes(&mut self, prepared: &Prepared) -> Result<[u64; 3]>;
}

impl<R: Real> Measured for GpuExecutor<R> {
    fn time(&mut self, recordings: &[Recording], rounds: usize) -> Result<Vec<KernelTiming>> {
        GpuExecutor::time(self, recordings, rounds)
    }

    fn profile(&mut self) -> Option<CommandTimes> {
        self.start_profile()
    }

    fn bytes(&mut self, prepared: &Prepared) -> Result<[u64; 3]> {
        // After a step's readings and a reading of the state.
        let tables = vec![vec![FieldSample::default(); prepared.grid.space_cells()]; crate::gpu::TABLES as usize];
        let commands = vec![ReadSources { table: 0 }.into(), ReadSources { table: 0 }.into()];
        self.execute(&Recording { tables, commands, ..Recording::default() })?;
        self.read(0..1)?;
        let predicted = DeviceMemory::of(&prepared.grid, self.cut()).total();
        Ok([self.cut().state_bytes(), predicted, self.allocated_bytes()])
    }
}

impl<R: Real> Measured for Processor<R> {
    fn time(&mut self, recordings: &[Recording], rounds: usize) -> Result<Vec<KernelTiming>> {
        let numbers = self.cells() * self.components();
        let bytes = (numbers * size_of::<R>()) as f64;
        let timing = |name, bytes| KernelTiming { name, seconds: f64::INFINITY, bytes };
        let mut timings = vec![timing("copy".into(), 2.0 * bytes)];
        for recording in recordings {
            let kernel = recording.commands[0].kernel(Build::default());
            let moved = if kernel.numbers() > 0 { bytes } else { 2.0 * bytes };
            timings.push(timing(kernel.label, moved));
        }
        let repeated =
            |recording: &Recording| Recording { commands: vec![recording.commands[0]; REPEATS], ..recording.clone() };
        let recordings: Vec<Recording> = recordings.iter().map(repeated).collect();
        let (from, mut to) = (vec![R::nearest(1.0); numbers], vec![R::default(); numbers]);
        for _ in 0..rounds {
            let [copy, timings @ ..] = &mut timings[..] else { unreachable!("the copy is the first") };
            let start = Instant::now();
            for _ in 0..REPEATS {
                let parts = to.par_chunks_mut(COPIED_AT_ONCE).zip(from.par_chunks(COPIED_AT_ONCE));
                parts.for_each(|(to, from)| to.copy_from_slice(std::hint::black_box(from)));
            }
            copy.seconds = copy.seconds.min(start.elapsed().as_secs_f64() / REPEATS as f64);
            for (timing, recording) in timings.iter_mut().zip(&recordings) {
                let start = Instant::now();
                self.execute(recording)?;
                timing.seconds = timing.seconds.min(start.elapsed().as_secs_f64() / REPEATS as f64);
            }
        }
        Ok(timings)
    }

    fn profile(&mut self) -> Option<CommandTimes> {
        None
    }

    fn bytes(&mut self, _: &Prepared) -> Result<[u64; 3]> {
        // It is all that is held.
        Ok([(self.cells() * self.components() * size_of::<R>()) as u64; 3])
    }
}

/// Commands of the processor that are timed together.
const REPEATS: usize = 3;
/// Numbers that a thread copies at a time.
const COPIED_AT_ONCE: usize = 1 << 16;

pub(super) fn executor<R: Real>(
    machine: &Machine,
    prepared: &Prepared,
    schemes: &[Scheme],
) -> Result<Box<dyn Measured>> {
    let reach = Scheme::reach_of(schemes);
    let (grid, dissipation, state) = (prepared.grid.clone(), prepared.dissipation(), &prepared.state);
    let particle = prepared.species.particle;
    Ok(match machine {
        Machine::Processor => Box::new(Processor::<R>::new(grid, particle, dissipation, state)?),
        Machine::Adapter(context) => {
            Box::new(GpuExecutor::<R>::new(context.clone(), grid, particle, dissipation, state, reach)?)
        }
    })
}
