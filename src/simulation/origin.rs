//! Beginning from a checkpoint of another run.

use std::path::Path;

use super::{Clock, Evolving, Prepared};
use crate::checkpoint::{self, Checkpoint, Header};
use crate::error::{Error, Result};
use crate::fields::{Fields, Mesh};
use crate::grid::{AXES, Axis, Grid, MOMENTUM};
use crate::initial::InitialState;
use crate::interpolation::{self, Resampled};
use crate::numerals::number;
use crate::physics::Particle;
use crate::precision::Precision;
use crate::processor;
use crate::scenario::Loaded;
use crate::scenario::files;
use crate::scenario::schema::{self, Evolution, Initial, PhaseAxis, Scenario, Take, Taken};
use crate::species::Species;
use crate::state::Cells;

/// Where a mistake about it is.
const KEY: &str = "initial.checkpoint";
/// Share of a cell by which ends of axes may differ that are the same but for rounding.
const SAME: f64 = 1e-6;

/// How a run goes on from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As the other one would: to the bit in the same precision.
    Same,
    /// With its time and fields on another grid, or where something else acts.
    Changed,
    /// With its cells alone.
    Cells,
}

/// The checkpoint that a scenario begins from.
#[derive(Clone, Debug)]
pub struct Origin {
    checkpoint: Checkpoint,
    evolving: Evolving,
    /// Of the checkpoint.
    grid: Grid,
    /// What is done with it.
    pub way: Way,
}

impl Origin {
    /// That of a scenario, relative paths from `folder`; none where its state is made in another way.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] for a checkpoint that is missing or damaged, and one that the scenario's axes do not lie in.
    pub fn of(scenario: &Scenario, folder: &Path) -> Result<Option<Origin>> {
        let Initial::Checkpoint(taken) = &scenario.initial else { return Ok(None) };
        let path = Self::path(taken, folder)?;
        let checkpoint = Checkpoint::open(&path).map_err(|error| error.at(KEY))?;
        let (header, evolving) = (&checkpoint.header, Evolving::of(&checkpoint).map_err(|error| error.at(KEY))?);
        let grid = Grid::of(&header.scenario.phase_space)?;
        // As a header may claim any number of cells.
        let cells: f64 = grid.shape().iter().map(|&cells| cells as f64).product();
        let components = header.scenario.species.components();
        if cells != header.cells as f64 || components != header.components || !evolving.fits(grid.space_cells()) {
            return Err(checkpoint.invalid("it holds cells or fields of another grid than its scenario's").at(KEY));
        }
        let way = match taken.take() {
            Take::Cells => Way::Cells,
            Take::All if is_same(header, scenario, folder) => Way::Same,
            Take::All => Way::Changed,
        };
        let origin = Origin { evolving, grid, way, checkpoint };
        origin.refuse_other_axes(scenario)?;
        Ok(Some(origin))
    }

    /// The file that is meant: of a run the newest.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] for the folder of a run without a checkpoint.
    pub fn path(taken: &Taken, folder: &Path) -> Result<std::path::PathBuf> {
        let path = folder.join(taken.path());
        if !path.exists() {
            let text = format!(
                "found no file or folder {}; relative paths begin at the folder of the scenario",
                path.display()
            );
            return Err(Error::Input(text).at(KEY));
        }
        if !path.is_dir() {
            return Ok(path);
        }
        checkpoint::list(&path).into_iter().next().ok_or_else(|| {
            let text = format!(
                "found no checkpoint in {}, expected the folder of a run that a signal stopped, or whose scenario asks \
                 for `output.checkpoints`",
                path.display()
            );
            Error::Input(text).at(KEY)
        })
    }

    /// Refuses axes that the checkpoint does not have, or that do not lie in its own.
    fn refuse_other_axes(&self, scenario: &Scenario) -> Result<()> {
        let old = &self.checkpoint.header.scenario.phase_space;
        let names = |space: &schema::PhaseSpace| {
            space.axes().into_iter().map(|(axis, _)| axis.name()).collect::<Vec<_>>().join(", ")
        };
        let (found, expected) = (names(&scenario.phase_space), names(old));
        if found != expected {
            let text = format!(
                "found a checkpoint with the axes {expected}, and {found} in the scenario, expected the same; resolve these"
            );
            return Err(Error::Input(text).at(KEY));
        }
        let of = |axis: Option<schema::Axis>| axis.map(|axis| (Axis::from(axis), axis.absorbing_layer));
        for name in PhaseAxis::ALL {
            let (Some((old, layer)), Some((new, own))) = (of(old.axis(name)), of(scenario.phase_space.axis(name)))
            else {
                continue;
            };
            let near = |a: f64, b: f64| (a - b).abs() <= SAME * old.step.min(new.step);
            let ends = format!("{} to {}", number(old.from, 12), number(old.to(), 12));
            let expected = if (name as usize) >= MOMENTUM {
                let inside = new.from >= old.from - SAME * old.step && new.to() <= old.to() + SAME * old.step;
                (!inside).then(|| format!("within {ends}"))
            } else if layer.is_some() || own.is_some() {
                let alike = near(new.from, old.from) && near(new.to(), old.to());
                (!alike).then(|| format!("{ends}, as its ends are absorbing"))
            } else {
                let alike = near(new.length(), old.length());
                (!alike).then(|| format!("the length {}, that of a period", number(old.length(), 12)))
            };
            if let Some(expected) = expected {
                let text = format!(
                    "found {} from {} to {}, expected {expected}, where the checkpoint {} has its cells",
                    name.name(),
                    number(new.from, 12),
                    number(new.to(), 12),
                    self.checkpoint.path.display()
                );
                return Err(Error::Input(text).at(format!("phase_space.{}", name.name())));
            }
        }
        Ok(())
    }

    /// Where the run's clock begins; `start` is the scenario's own start.
    pub fn clock(&self, start: f64, step: f64) -> Clock {
        match self.way {
            Way::Same => self.evolving.clock,
            Way::Changed => Clock::new(self.time(), step),
            Way::Cells => Clock::new(start, step),
        }
    }

    /// Time of the checkpoint.
    pub fn time(&self) -> f64 {
        self.evolving.clock.time_after(self.evolving.clock.steps)
    }

    /// The same with the half drift made that the last step may owe, as where another step follows than the run's own:
    /// in a file of its own for the time, as no two states are held at once.
    ///
    /// # Errors
    ///
    /// Those of the run that the checkpoint is of, and [`Error::File`] where there is no room for the file.
    pub fn closed(self) -> Result<Origin> {
        if self.way == Way::Same || !self.evolving.clock.owes_drift {
            return Ok(self);
        }
        let Origin { checkpoint, evolving, grid, way } = self;
        let header = checkpoint.header.clone();
        let loaded = Loaded {
            scenario: header.scenario.clone(),
            name: header.name.clone(),
            text: String::new(),
            origin: header.origin.clone(),
            folder: header.folder.clone(),
        };
        let prepared = Prepared::blank(&loaded)?;
        let (particle, dissipation) = (prepared.species.particle, prepared.dissipation());
        let precision = header.device.precision;
        let executor = processor::executor(precision, grid.clone(), particle, dissipation, &checkpoint)?;
        let mut simulation = prepared.resume(executor, evolving);
        simulation.advance(0)?;
        let temporary = std::env::temp_dir();
        let folder = tempfile::tempdir().map_err(Error::file(temporary))?;
        let path = folder.path().join("closed");
        let evolving = simulation.evolving();
        checkpoint::write(&path, &header, &[], &[], |cells| simulation.executor.take(cells))?;
        // It stays open, and needs no name.
        let mut closed = Checkpoint::open(&path)?;
        closed.path = checkpoint.path;
        Ok(Origin { checkpoint: closed, evolving, grid, way })
    }

    /// Its cells on a grid.
    pub fn cells(&self, grid: &Grid, components: usize) -> InitialState {
        InitialState::Taken(Box::new(Resampled::new(self.checkpoint.clone(), &self.grid, grid, components)))
    }

    /// Whether the potential A is taken, too.
    pub fn has_potential(&self, particle: &Particle) -> bool {
        let charged = self.checkpoint.header.scenario.species.charge != 0.0;
        self.way != Way::Cells && (charged || particle.charge == 0.0)
    }

    /// Whether D is taken as it lies, and not E.
    pub fn has_evolution(&self, evolution: Evolution) -> bool {
        self.checkpoint.header.scenario.fields.evolution == evolution
    }

    /// Whether charges that stand still are those of the checkpoint.
    pub fn has_charges(&self, scenario: &Scenario) -> bool {
        let old = &self.checkpoint.header.scenario;
        let alike =
            old.species.charge == scenario.species.charge && old.fields.background == scenario.fields.background;
        alike && [old, scenario].iter().all(|scenario| scenario.fields.evolution != Evolution::Frozen)
    }

    /// Replaces the fields that a scenario gives by those of the checkpoint.
    ///
    /// # Errors
    ///
    /// Those of [`Fields::take`].
    pub fn put_fields(&self, fields: &mut Fields) -> Result<()> {
        if self.way == Way::Cells {
            return Ok(());
        }
        let scenario = &self.checkpoint.header.scenario;
        let particle = Particle::new(&scenario.species, scenario.kinematics);
        let species = Species::new(particle, &self.grid, scenario.phase_space.canonical);
        let mut old = Fields::new(Mesh::of(&self.grid), scenario.fields.evolution);
        let Evolving { d, b, a, fixed_charge, .. } = &self.evolving;
        (old.d, old.b, old.a, old.fixed_charge) = (d.clone(), b.clone(), a.clone(), fixed_charge.clone());
        fields.take(old, &species.matter(&self.evolving.sources))
    }

    /// The checkpoint and what evolves beside its cells, where the run goes on as the other would.
    pub fn same(&self) -> Option<(&Checkpoint, &Evolving)> {
        (self.way == Way::Same).then_some((&self.checkpoint, &self.evolving))
    }

    /// Lines that say what is taken, from when, and how.
    pub fn words(&self, scenario: &Scenario, grid: &Grid, precision: Precision) -> Vec<String> {
        let Header { steps, device, .. } = &self.checkpoint.header;
        let what = match self.way {
            Way::Cells => "cells alone",
            _ => "cells, time, fields and potential",
        };
        let mut lines = vec![format!(
            "{what} of {}, after step {steps}, t = {}",
            self.checkpoint.path.display(),
            number(self.time(), 12)
        )];
        let stencils = interpolation::between(&self.grid, grid);
        let made = |slot: usize| {
            let (old, new): (&Axis, &Axis) = (self.grid.axis(slot)?, grid.axis(slot)?);
            let changed = !stencils[slot].is_same();
            let ends = format!("{} to {}", number(new.from, 6), number(new.to(), 6));
            changed.then(|| format!("{} {} to {} cells, {ends}", PhaseAxis::ALL[slot].name(), old.cells, new.cells))
        };
        let axes: Vec<String> = (0..AXES).filter_map(made).collect();
        let same_numbers =
            device.precision == precision && self.checkpoint.components() == scenario.species.components();
        lines.push(match (axes.is_empty(), self.way) {
            (false, _) => {
                format!("interpolated by polynomials through six cells, of sixth order: {}", axes.join("; "))
            }
            (true, Way::Same) if same_numbers => {
                "on the same grid, and nothing else acts: bit for bit as `resume` would go on on the same device".into()
            }
            (true, _) if same_numbers && !self.evolving.clock.owes_drift => {
                "on the same grid: cells bit for bit".into()
            }
            (true, _) => "on the same grid: cells as they are".into(),
        });
        match (self.checkpoint.components(), scenario.species.components()) {
            (1, 4) => lines.push("the checkpoint has no spin: w begins as 0".into()),
            (4, 1) => lines.push("w0 alone is kept of w0 and w".into()),
            _ => {}
        }
        if device.precision != precision {
            let how = if precision == Precision::F32 { "rounded" } else { "exact" };
            lines.push(format!("from {} to {precision}, {how}", device.precision));
        }
        if self.evolving.clock.owes_drift && self.way != Way::Same {
            lines.push("the half drift that the checkpoint leaves to its next step is made first".into());
        }
        let given = &scenario.fields;
        let idle = given.file.is_some() || !given.perturbations.is_empty() || given.uniform != Default::default();
        if idle && self.way != Way::Cells {
            lines.push(
                "`fields.uniform`, `perturbations` and `file` are not used: fields are those of the checkpoint".into(),
            );
        }
        lines
    }
}

/// Whether the run that a checkpoint is of goes the same way in a scenario: whatever acts is the same, but for texts,
/// output and what is given at the start. Every entry is named, so that none is forgotten.
fn is_same(header: &Header, scenario: &Scenario, folder: &Path) -> bool {
    let Scenario {
        title: _,
        about: _,
        references: _,
        units: _,
        initial: _,
        output: _,
        expect: _,
        species,
        kinematics,
        phase_space,
        fields: schema::Fields { evolution, background, external, uniform: _, file: _, perturbations: _ },
        collisions,
        exchange,
        pulses,
        time: schema::Time { step, start: _, end: _ },
        numerics,
    } = &header.scenario;
    let fields = &scenario.fields;
    *species == scenario.species
        && *kinematics == scenario.kinematics
        && *phase_space == scenario.phase_space
        && (*evolution, *background) == (fields.evolution, fields.background)
        && *external == fields.external
        && *collisions == scenario.collisions
        && *exchange == scenario.exchange
        && *pulses == scenario.pulses
        && *step == scenario.time.step
        && *numerics == scenario.numerics
        && files::external(scenario, folder).is_ok_and(|files| files::alike(&header.files, &files))
}
