//! What `diagnostics.csv` holds. [`TABLE`] is the only list of it: columns and their order, the names that `expect`
//! may use, curves of `diagnostics.png` and the list in docs/scenario.md are all read from there.

mod sample;
mod table;

pub use sample::Sample;
pub use table::TABLE;

use crate::grid::AXIS_NAMES;
use crate::scenario::schema::{
    Evolution, External, Mode, ModeNumber, ModeQuantity, PhaseAxis, Place, Position, Scenario, Units,
};

/// A row of the table: a number at every sample, or one for each direction, recorded mode or place.
pub struct Quantity {
    /// Name of its column; `*` stands for the direction, or for the [name](mode_name) of the mode or [that](place_name)
    /// of the place.
    pub name: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// What a run must have for it.
    pub needs: Needs,
    /// Definition in a sentence, as docs/scenario.md has it.
    pub about: &'static str,
    /// Its value for direction, mode or place number `k`.
    pub value: fn(&Sample, usize) -> f64,
    /// Where it is drawn, and under which name; `*` stands for the direction.
    pub curve: Option<(Panel, &'static str)>,
}

/// Neighbouring rows, which take turns for every direction, mode or place.
pub struct Group {
    /// What its rows are repeated for.
    pub each: Each,
    /// Rows that are neighbours at each repetition.
    pub quantities: &'static [Quantity],
}

/// What a row stands for more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Each {
    /// Nothing: it stands for itself.
    Once,
    /// x, y and z.
    Direction,
    /// The entries of `output.diagnostics.modes`.
    Mode,
    /// The entries of `output.diagnostics.places`.
    Place,
}

/// What the values of a column are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// No name: a pure number, or a unit of none of the kinds below.
    Number,
    /// `units.length`
    Length,
    /// `units.time`
    Time,
    /// `units.momentum`
    Momentum,
    /// `units.energy`
    Energy,
    /// `units.length` times `units.momentum`
    AngularMomentum,
    /// ħ/2
    Spin,
}

impl Unit {
    /// Its name among a scenario's units, empty for pure numbers.
    pub fn name(self, units: &Units) -> String {
        match self {
            Unit::Number => String::new(),
            Unit::Length => units.length.clone(),
            Unit::Time => units.time.clone(),
            Unit::Momentum => units.momentum.clone(),
            Unit::Energy => units.energy.clone(),
            Unit::AngularMomentum => format!("{}·{}", units.length, units.momentum),
            Unit::Spin => "ħ/2".into(),
        }
    }
}

/// When a quantity exists.
pub struct Needs {
    /// For the reader of docs/scenario.md, empty where nothing is needed.
    pub words: &'static str,
    /// Whether a run has what it takes in direction `k`.
    pub met: fn(&Facts, usize) -> bool,
}

/// Panels of `diagnostics.png`. Those of the modes are drawn from two columns each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// Changes since the start.
    Energy,
    /// Its components.
    Momentum,
    /// Its components, in ħ/2.
    Spin,
    /// One for each direction.
    AngularMomentum,
    /// Of packets alone.
    MeanPosition,
    /// What the equations conserve, as its relative change.
    Conserved,
    /// What they keep at zero, beside it.
    Residual,
}

/// What decides which quantities a run has, known before anything is computed.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Whether x, y, z are resolved.
    pub resolved: [bool; 3],
    /// Whether cells have four numbers, or one.
    pub spin: bool,
    /// What moves of the fields.
    pub evolution: Evolution,
    /// Whether a potential energy is prescribed.
    pub potential: bool,
    /// Whether spins feel the mean field of each other.
    pub exchange: bool,
    /// Those recorded, in the order of the scenario.
    pub modes: &'a [Mode],
    /// Likewise.
    pub places: &'a [Place],
}

impl<'a> Facts<'a> {
    /// Those of a scenario.
    pub fn of(scenario: &'a Scenario) -> Self {
        Facts {
            resolved: PhaseAxis::SPACE.map(|axis| scenario.phase_space.axis(axis).is_some()),
            spin: scenario.species.spin,
            evolution: scenario.fields.evolution,
            potential: scenario.fields.external.iter().any(|field| matches!(field, External::Potential(_))),
            exchange: scenario.exchange.is_some(),
            modes: &scenario.output.diagnostics.modes,
            places: &scenario.output.diagnostics.places,
        }
    }
}

/// A column of a run.
pub struct Column {
    /// Without its unit.
    pub name: String,
    /// Its row of the table.
    pub quantity: &'static Quantity,
    /// Number of its direction, mode or place.
    pub k: usize,
}

/// The columns of a run, in their order.
pub fn columns(facts: &Facts) -> Vec<Column> {
    let mut columns = Vec::new();
    for Group { each, quantities } in TABLE {
        let parts: Vec<String> = match each {
            Each::Once => vec![String::new()],
            Each::Direction => AXIS_NAMES[..3].iter().map(ToString::to_string).collect(),
            Each::Mode => facts.modes.iter().map(mode_name).collect(),
            Each::Place => facts.places.iter().map(place_name).collect(),
        };
        for (k, part) in parts.iter().enumerate() {
            let existing = quantities.iter().filter(|quantity| (quantity.needs.met)(facts, k));
            columns.extend(existing.map(|quantity| Column { name: quantity.name.replace('*', part), quantity, k }));
        }
    }
    columns
}

/// Stem of a mode's two columns, `STEM_re` and `STEM_im`: `density_mode1` along x,
/// `density_mode_1_0_m2` along all three axes, with `m` for minus.
pub fn mode_name(mode: &Mode) -> String {
    let name = quantity_name(mode.quantity);
    match mode.mode {
        ModeNumber::X(number) => format!("{name}_mode{number}"),
        ModeNumber::Each(numbers) => {
            let [x, y, z] = numbers.map(|number| number.to_string().replace('-', "m"));
            format!("{name}_mode_{x}_{y}_{z}")
        }
    }
}

/// Name of a place's column: `spin_1_at_0.5` along x, `density_at_1_0_m2` along all three axes, with `m` for minus.
pub fn place_name(place: &Place) -> String {
    let name = quantity_name(place.quantity);
    let written = |value: f64| value.to_string().replace('-', "m");
    match place.at {
        Position::X(x) => format!("{name}_at_{}", written(x)),
        Position::Each(place) => {
            let [x, y, z] = place.map(written);
            format!("{name}_at_{x}_{y}_{z}")
        }
    }
}

/// Its name in the scenario file is its name in the table.
pub(crate) fn quantity_name(quantity: ModeQuantity) -> String {
    let name = serde_json::to_value(quantity).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or("mode").to_string()
}
