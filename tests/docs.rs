//! Documents that must stay true: whole scenarios in docs/scenario.md load,
//! every column of diagnostics.csv is described there, and what the page on the house names exists.

use std::path::Path;

use spinwigner::diagnostics::{self, Table};
use spinwigner::grid::Grid;
use spinwigner::reference::Reference;
use spinwigner::scenario::columns::columns;
use spinwigner::scenario::schema::{Initial, Scenario};
use spinwigner::scenario::{self, parse};
use spinwigner::simulation::Prepared;
use spinwigner::{initial, npy};

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
    let loaded = scenario::load(&path.to_string_lossy()).unwrap_or_else(|error| panic!("{error}\n{text}"));
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

#[test]
fn the_page_describes_every_column() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Spin, x and modes: all columns there are.
    let text = scenarios()[1];
    let (scenario, prepared) = prepared(text, folder.path());
    let reference = Reference::new(prepared.grid.clone(), prepared.species.particle, 1.0, prepared.state.clone());
    let mut simulation = prepared.start(Box::new(reference)).expect("the fields are consistent");
    let mut table = Table::default();
    diagnostics::sample(&mut simulation, &scenario.output.diagnostics, &scenario.units, &mut table)
        .expect("a finite sample");
    assert!(table.columns.len() > 25, "{:?}", table.columns);
    assert_eq!(table.columns, columns(&scenario), "the columns a scenario is checked against are those of the run");
    for column in table.columns.iter().filter(|column| !column.contains("_mode")) {
        assert!(PAGE.contains(&format!("`{column}`")), "docs/scenario.md does not describe the column {column}");
    }
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
