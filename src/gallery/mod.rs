//! `spinwigner gallery`: the shipped experiments beside their theory, on one page.

mod exhibits;
mod histories;
mod page;
mod thermal;
mod values;
mod waves;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::{Error, Result};
use crate::output::{LinePlot, Series, Style, write_panels};
use crate::precision::Precision;
use crate::run::{self, DeviceChoice, Outcome, RunOptions};
use crate::scenario::Loaded;
use crate::validate;
use exhibits::{EXHIBITS, Evidence, Exhibit};

/// What to build.
#[derive(Clone, Debug)]
pub struct Options {
    /// The Markdown page; pictures go to a folder of the same name beside it.
    pub page: PathBuf,
    /// Names of scenarios; all when empty.
    pub only: Vec<String>,
    /// Half the cells along every axis and steps twice as long.
    pub coarse: bool,
    /// On what to compute.
    pub device: DeviceChoice,
    /// f32 by default; the reference is f64 alone.
    pub precision: Option<Precision>,
}

/// Names of the scenarios that are exhibited, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    EXHIBITS.iter().map(|exhibit| exhibit.scenario)
}

/// Runs the exhibits, draws them and writes the page; returns how many answers were missed. `say` hears how
/// far it is and what runs note, line by line.
///
/// # Errors
///
/// [`Error::Input`] for unknown names, and for a page that something else wrote; those of runs.
pub fn build(options: &Options, mut say: impl FnMut(&str)) -> Result<usize> {
    if let Some(unknown) = options.only.iter().find(|name| !names().any(|known| known == name.as_str())) {
        let known: Vec<&str> = names().collect();
        return Err(Error::Input(format!("--only {unknown}: not in the gallery, which has {}", known.join(", "))));
    }
    let pictures = page::pictures(&options.page)?;
    page::refuse_foreign(&options.page, &pictures)?;
    let say = RefCell::new(&mut say as &mut dyn FnMut(&str));
    let runner = Runner::new(options, &say)?;
    // Beside the page, so that what cannot be written there fails before the first run.
    let parent = options.page.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(Error::file(parent))?;
    let drawn = TempDir::with_prefix_in(".gallery-", parent).map_err(Error::file(parent))?;
    let (new, old) = (drawn.path().join("new"), drawn.path().join("old"));
    std::fs::create_dir(&new).map_err(Error::file(&new))?;
    let chosen = |exhibit: &&Exhibit| options.only.is_empty() || options.only.iter().any(|n| n == exhibit.scenario);
    let mut entries = Vec::new();
    for exhibit in EXHIBITS.iter().filter(chosen) {
        (say.borrow_mut())(&format!("{} ...", exhibit.scenario));
        entries.push(exhibit.build(&runner, &new)?);
    }
    // The page first: pictures without it would pass for somebody else's. All appear at
    // once, and those of an older page go with it.
    page::write(&options.page, &entries, options)?;
    if pictures.exists() {
        std::fs::rename(&pictures, &old).map_err(Error::file(&pictures))?;
    }
    std::fs::rename(&new, &pictures).map_err(Error::file(&pictures))?;
    Ok(entries.iter().map(Entry::missed).sum())
}

impl Exhibit {
    /// Runs and draws into a folder.
    fn build(&self, runner: &Runner, folder: &Path) -> Result<Entry> {
        let loaded = validate::load(self.scenario)?;
        let mut entry = Entry::new(&loaded);
        let figure = match &self.evidence {
            Evidence::Waves(scan) => waves::exhibit(scan, runner, &loaded, &mut entry)?,
            Evidence::Histories(histories) => histories::exhibit(histories, runner, &loaded, &mut entry)?,
            Evidence::Values => values::exhibit(runner, &loaded, &mut entry)?,
            Evidence::Thermal(temperatures) => thermal::exhibit(temperatures, runner, &loaded, &mut entry)?,
        };
        let file = format!("{}.png", self.scenario);
        figure.write_png(&folder.join(&file))?;
        entry.pictures.push(file);
        if let Some(stem) = self.picture {
            let file = format!("{}-{stem}.png", self.scenario);
            let from = runner.last_picture(self.scenario, stem)?;
            std::fs::copy(&from, folder.join(&file)).map_err(Error::file(&from))?;
            entry.pictures.push(file);
        }
        Ok(entry)
    }
}

/// Runs scenarios into a folder that goes away.
struct Runner<'a> {
    options: &'a Options,
    /// Hears what runs note.
    say: &'a RefCell<&'a mut dyn FnMut(&str)>,
    folder: TempDir,
}

impl<'a> Runner<'a> {
    fn new(options: &'a Options, say: &'a RefCell<&'a mut dyn FnMut(&str)>) -> Result<Self> {
        let folder = TempDir::with_prefix("spinwigner-gallery-").map_err(Error::file(std::env::temp_dir()))?;
        Ok(Runner { options, say, folder })
    }

    fn run(&self, loaded: &Loaded, name: &str) -> Result<Outcome> {
        let mut loaded = loaded.clone();
        if self.options.coarse {
            coarsen(&mut loaded);
        }
        let options = RunOptions {
            out: Some(self.folder.path().join(name)),
            device: self.options.device,
            precision: self.options.precision,
            steps: None,
            retry: 0,
        };
        run::execute(&loaded, &options, &mut |note: &str| (self.say.borrow_mut())(&format!("note: {note}")))
    }

    /// The last picture of a snapshot, by the stem of its file name.
    fn last_picture(&self, name: &str, stem: &str) -> Result<PathBuf> {
        let folder = self.folder.path().join(name).join("snapshots");
        let entries = std::fs::read_dir(&folder).map_err(Error::file(&folder))?;
        let prefix = format!("{stem}_0");
        let matching = entries.filter_map(|entry| {
            let path = entry.ok()?.path();
            path.file_name()?.to_str()?.starts_with(&prefix).then_some(path)
        });
        matching.max().ok_or_else(|| Error::Run(format!("{name}: no picture {stem}")))
    }
}

/// Fewest cells that a coarse axis keeps.
const COARSEST: u32 = 12;

fn coarsen(loaded: &mut Loaded) {
    let scenario = &mut loaded.scenario;
    for (axis, _) in scenario.phase_space.axes() {
        if let Some(axis) = scenario.phase_space.axis_mut(axis) {
            axis.cells = (axis.cells / 2).max(COARSEST.min(axis.cells));
        }
    }
    // Whole steps to the same end.
    let time = &mut scenario.time;
    time.step = time.end / (time.end / (2.0 * time.step)).ceil();
}

/// What the page says of one experiment.
struct Entry {
    name: String,
    title: String,
    about: String,
    references: Vec<String>,
    pictures: Vec<String>,
    rows: Vec<Row>,
    device: String,
    runs: usize,
    cells: usize,
    steps: u64,
    seconds: f64,
}

/// A measured number beside the expected one.
struct Row {
    what: String,
    expected: f64,
    measured: Option<f64>,
    error: f64,
    allowed: f64,
}

impl Entry {
    fn new(loaded: &Loaded) -> Self {
        let scenario = &loaded.scenario;
        Entry {
            name: loaded.name.clone(),
            title: scenario.title.clone(),
            about: scenario.about.clone(),
            references: scenario.references.clone(),
            pictures: Vec::new(),
            rows: Vec::new(),
            device: String::new(),
            runs: 0,
            cells: 0,
            steps: 0,
            seconds: 0.0,
        }
    }

    /// Adds the answers and the cost of a run; the first one is the scenario itself.
    fn take(&mut self, outcome: &Outcome) {
        if self.runs == 0 {
            (self.cells, self.steps) = (outcome.cells, outcome.steps);
            let device = &outcome.device;
            self.device = format!("{} [{}], {}", device.device, device.interface(), device.precision);
        }
        self.runs += 1;
        self.seconds += outcome.seconds;
        self.rows.extend(outcome.answers.iter().map(|answer| Row {
            what: answer.expectation.what.clone(),
            expected: answer.expectation.value,
            measured: answer.measured,
            error: answer.error(),
            allowed: answer.expectation.relative_tolerance,
        }));
    }

    fn missed(&self) -> usize {
        self.rows.iter().filter(|row| !row.met()).count()
    }
}

impl Row {
    fn met(&self) -> bool {
        self.error <= self.allowed
    }
}

/// Panels above each other.
struct Figure {
    title: String,
    panels: Vec<Panel>,
}

struct Panel {
    title: String,
    /// Label and unit.
    horizontal: (String, String),
    vertical: (String, String),
    traces: Vec<Trace>,
    logarithmic: bool,
}

struct Trace {
    name: String,
    at: Vec<f64>,
    values: Vec<f64>,
    style: Style,
}

impl Trace {
    fn new(name: &str, points: impl IntoIterator<Item = (f64, f64)>, style: Style) -> Self {
        let (at, values) = points.into_iter().unzip();
        Trace { name: name.into(), at, values, style }
    }
}

impl Figure {
    fn write_png(&self, path: &Path) -> Result<()> {
        let panels: Vec<LinePlot> = self
            .panels
            .iter()
            .map(|panel| LinePlot {
                title: panel.title.clone(),
                horizontal: panel.horizontal.clone(),
                vertical: panel.vertical.clone(),
                series: panel
                    .traces
                    .iter()
                    .map(|Trace { name, at, values, style }| Series {
                        name: name.clone(),
                        abscissa: at,
                        values,
                        style: *style,
                    })
                    .collect(),
                logarithmic: panel.logarithmic,
            })
            .collect();
        write_panels(path, &self.title, &panels)
    }
}
