//! Documents that must stay true: whole scenarios in docs/scenario.md load,
//! its list of columns is the table of quantities, and what the page on the house names exists.

use std::path::Path;

use spinwigner::diagnostics;
use spinwigner::grid::Grid;
use spinwigner::precision::Precision;
use spinwigner::processor;
use spinwigner::quantities::{Each, Facts, Quantity, TABLE, columns};
use spinwigner::scenario::parse;
use spinwigner::scenario::schema::{Initial, Scenario, Units};
use spinwigner::simulation::Prepared;
use spinwigner::table::Table;
use spinwigner::{initial, npy, validate};

const PAGE: &str = include_str!("../docs/scenario.md");

/// The blocks that begin with `<!-- scenario -->` and a fence.
fn scenarios() -> Vec<&'static str> {
    // The page may have been checked out with either kind of line ends.
    PAGE.split("<!-- scenario -->")
        .skip(1)
        .map(|rest| {
            let block = rest.trim_start().strip_prefix("```json").expect("a JSON fence follows the mark");
            block.split("```").next().expect("split yields one part or more")
        })
        .collect()
}

/// Writes an unpolarised, uniform state where the scenario names a file of its own.
fn write_state(scenario: &Scenario, folder: &Path) {
    let Initial::File(path) = &scenario.initial else { return };
    let components = scenario.species.components();
    let shape = initial::shape(&Grid::of(&scenario.phase_space).expect("a grid"), components);
    let count: usize = shape.iter().product();
    let numbers: Vec<f64> = (0..count).map(|i| if i % components == 0 { 1.0 } else { 0.0 }).collect();
    npy::write_f64(&folder.join(path), &shape, &numbers).expect("the folder is writable");
}

fn prepared(text: &str, folder: &Path) -> (Scenario, Prepared) {
    write_state(&parse::parse(text, "docs/scenario.md").expect("parses"), folder);
    let path = folder.join("scenario.json");
    std::fs::write(&path, text).expect("the folder is writable");
    let loaded = validate::load(&path.to_string_lossy()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let prepared = Prepared::new(&loaded).unwrap_or_else(|error| panic!("{error}\n{text}"));
    (loaded.scenario, prepared)
}

#[test]
fn scenarios_of_the_page_load() {
    let texts = scenarios();
    assert_eq!(texts.len(), 5, "the example and four recipes");
    let whole = PAGE.matches("\"title\":").count();
    assert_eq!(texts.len(), whole, "a scenario of the page is not marked with <!-- scenario -->");
    for text in texts {
        let folder = tempfile::tempdir().expect("a temporary folder");
        prepared(text, folder.path());
    }
}

/// A row of docs/scenario.md for a quantity of the table.
fn described(each: Each, quantity: &Quantity) -> String {
    let units = Units {
        length: "`units.length`".into(),
        time: "`units.time`".into(),
        momentum: "`units.momentum`".into(),
        energy: "`units.energy`".into(),
    };
    let parts: &[&str] = match each {
        Each::Once => &[""],
        Each::Direction => &["x", "y", "z"],
        Each::Mode => &["Q_modeM"],
        Each::Place => &["Q_at_P"],
    };
    let names: Vec<String> = parts.iter().map(|part| format!("`{}`", quantity.name.replace('*', part))).collect();
    let about = quantity.about.replace('|', "\\|");
    let cells = [names.join(", "), about, quantity.needs.words.into(), quantity.unit.name(&units)];
    cells.iter().fold("|".into(), |row, cell| if cell.is_empty() { row + " |" } else { row + &format!(" {cell} |") })
}

/// The page has the table of quantities, to the letter.
#[test]
fn the_page_describes_every_column() {
    let rows = TABLE.iter().flat_map(|group| group.quantities.iter().map(|quantity| described(group.each, quantity)));
    let rows: Vec<String> = rows.collect();
    let section = PAGE.split("## diagnostics.csv").nth(1).expect("a section of its own");
    let found: Vec<&str> = section
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(found == rows, "docs/scenario.md, diagnostics.csv: the rows of the table should be\n{}", rows.join("\n"));
}

/// A run has the columns that its scenario is checked against.
#[test]
fn a_run_has_the_columns_that_are_foretold() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Spin, x and modes.
    let (scenario, prepared) = prepared(scenarios()[1], folder.path());
    let reference =
        processor::executor(Precision::F64, prepared.grid.clone(), prepared.species.particle, 1.0, &prepared.state)
            .expect("made");
    let mut simulation = prepared.start(reference).expect("the fields are consistent");
    let mut table = Table::default();
    diagnostics::sample(&mut simulation, &scenario.output.diagnostics, &scenario.units, &mut table)
        .expect("a finite sample");
    let foretold: Vec<String> = columns(&Facts::of(&scenario)).into_iter().map(|column| column.name).collect();
    assert!(table.columns.len() > 25, "{:?}", table.columns);
    assert_eq!(table.columns, foretold);
}

/// Files and folders that the page on the house names are there, and those that the README's layout does.
#[test]
fn the_house_is_as_described() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = include_str!("../docs/architecture.md");
    let layout = include_str!("../README.md").split("## Layout").nth(1).expect("a layout");
    let words = page.split(['`', ' ', '(', ')', ',', '\n']).chain(layout.split_whitespace());
    let mut found = 0;
    for word in words.map(|word| word.trim_start_matches("../").trim_end_matches([';', '.'])) {
        let ours = ["src/", "shaders/", "tests/", "docs/", "assets/"].iter().any(|folder| word.starts_with(folder));
        if ours && !word.contains("NAME") {
            assert!(root.join(word).exists(), "{word} is named and not there");
            found += 1;
        }
    }
    assert!(found > 40, "{found}");
}
