//! Scenarios that are broken at random: texts cut short, with other bytes, values of other types and sizes, keys
//! that are gone, doubled or misspelt. None may panic, hang, or be called valid and then refused by the run.
//!
//! `SPINWIGNER_MUTATIONS=20000 cargo test --release --test mutations -- --nocapture` tries as many, and names those that
//! took more than two seconds; 2000 by default.

mod common;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use common::random::Random;
use serde_json::{Map, Value, json};
use spinwigner::precision::Precision;
use spinwigner::run::{DeviceChoice, RunOptions};
use spinwigner::scenario::Loaded;
use spinwigner::scenario::shipped::SHIPPED;
use spinwigner::table::Table;
use spinwigner::{Error, check, npy, run, validate};

/// Longest time that one case should take; only thirty times as much is a failure, as machines are slow at times.
const PATIENCE: Duration = Duration::from_secs(2);
/// Largest grids that are run.
const MOST_CELLS: f64 = 2e5;

fn tries(variable: &str, few: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

/// The shipped scenarios on small grids.
fn seeds() -> Vec<Value> {
    SHIPPED
        .iter()
        .map(|(_, text)| {
            let mut value: Value = serde_json::from_str(text).expect("shipped");
            for (_, axis) in value["phase_space"].as_object_mut().expect("axes") {
                if let Some(cells) = axis.get_mut("cells") {
                    *cells = json!(cells.as_u64().expect("a number").min(8));
                }
            }
            value
        })
        .collect()
}

/// Numbers that programs have stumbled over.
fn number(random: &mut Random) -> Value {
    let list = [
        json!(0),
        json!(-1),
        json!(1),
        json!(2),
        json!(7),
        json!(8),
        json!(0.5),
        json!(-0.0),
        json!(1e-30),
        json!(1e-37),
        json!(1e30),
        json!(3e38),
        json!(-3e38),
        json!(1e60),
        json!(4294967295u64),
        json!(4294967296u64),
        json!(2147483647),
        json!(-2147483648i64),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1.0000000000000002),
        json!(1e16),
        json!(65536),
        json!(1e-16),
    ];
    list[random.below(list.len())].clone()
}

/// A value of any type.
fn anything(random: &mut Random) -> Value {
    match random.below(9) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!("\u{1b}[31m\n\"x,y\" ψ 🚀"),
        3 => json!([]),
        4 => json!({}),
        5 => json!([1, 2, 3]),
        6 => json!({"file": "no.npy"}),
        _ => number(random),
    }
}

/// Calls `change` with one member of `value`, picked at random at any depth.
fn visit(value: &mut Value, random: &mut Random, change: &mut dyn FnMut(&mut Value, &mut Random)) {
    let children = match value {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    };
    if children == 0 || random.below(6) == 0 {
        return change(value, random);
    }
    let index = random.below(children);
    match value {
        Value::Array(items) => visit(&mut items[index], random, change),
        Value::Object(members) => {
            if let Some((_, member)) = members.iter_mut().nth(index) {
                visit(member, random, change);
            }
        }
        _ => {}
    }
}

/// Deletes, misspells or copies a member, or gives it another value.
fn restructure(value: &mut Value, random: &mut Random) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let index = random.below(members.len());
            let key = members.keys().nth(index).cloned().unwrap_or_default();
            let old = std::mem::take(members);
            let kind = random.below(3);
            let mut new = Map::new();
            for (name, member) in old {
                match (name == key, kind) {
                    (true, 0) => {}
                    (true, 1) => drop(new.insert(format!("{name}x"), member)),
                    (true, _) => drop(new.insert(name, anything(random))),
                    _ => drop(new.insert(name, member)),
                }
            }
            *members = new;
        }
        Value::Array(items) if !items.is_empty() => {
            let index = random.below(items.len());
            match random.below(3) {
                0 => drop(items.remove(index)),
                1 => items.push(items[index].clone()),
                _ => items[index] = anything(random),
            }
        }
        Value::Number(given) => {
            let x = given.as_f64().unwrap_or(1.0);
            *value = match random.below(5) {
                0 => json!(-x),
                1 => json!(x * 10f64.powi(random.below(40) as i32 - 20)),
                2 => json!(x * (1.0 + 0.3 * random.next())),
                _ => number(random),
            };
        }
        other => *other = anything(random),
    }
}

/// A text that was a scenario once.
fn mutated(seeds: &[Value], random: &mut Random) -> String {
    let mut value = seeds[random.below(seeds.len())].clone();
    let kind = random.below(10);
    if kind >= 4 {
        for _ in 0..1 + random.below(3) {
            visit(&mut value, random, &mut restructure);
        }
        return value.to_string();
    }
    let text = value.to_string();
    let mut characters: Vec<char> = text.chars().collect();
    let at = random.below(characters.len());
    match kind {
        0 => characters.truncate(at),
        1 => (0..1 + random.below(4)).for_each(|_| {
            let at = random.below(characters.len());
            characters[at] = ['{', '}', '"', ',', '9', '-', 'e', '\\', '\u{0}', 'ψ'][random.below(10)];
        }),
        2 => {
            let end = (at + 1 + random.below(40)).min(characters.len());
            let part: Vec<char> = characters[at..end].to_vec();
            characters.splice(at..at, part);
        }
        _ => drop(characters.drain(at..(at + 1 + random.below(20)).min(text.chars().count()))),
    }
    characters.into_iter().collect()
}

/// What a case came to: whether a part of the program called it valid.
fn judge(text: &str, folder: &Path) -> Result<bool, String> {
    let loaded = match validate::from_text(text, "mutated.json", folder) {
        Ok(loaded) => loaded,
        Err(Error::Input(words)) => {
            return if words.starts_with("mutated.json:") || words.contains("mistakes in mutated.json") {
                Ok(false)
            } else {
                Err(format!("a refusal without its place: {words}"))
            };
        }
        Err(other) => return Err(format!("no refusal: {other:?}")),
    };
    match check::report(&loaded, None, Precision::F32) {
        Ok(report) if report.contains("judged by the run") => return Ok(true),
        Ok(_) => {}
        Err(Error::Input(_)) => return Ok(false),
        Err(other) => return Err(format!("check: no refusal: {other:?}")),
    }
    let cells: f64 = loaded.scenario.phase_space.axes().iter().map(|(_, axis)| f64::from(axis.cells)).product();
    if cells > MOST_CELLS {
        return Ok(true);
    }
    two_steps(&loaded, folder)
}

fn two_steps(loaded: &Loaded, folder: &Path) -> Result<bool, String> {
    let out = folder.join("out");
    let _ = std::fs::remove_dir_all(&out);
    let options = RunOptions { out: Some(out), device: DeviceChoice::Cpu, precision: None, steps: Some(2), retry: 0 };
    match run::execute(loaded, &options, &mut |_: &str| {}) {
        Ok(_) | Err(Error::Run(_)) => Ok(true),
        Err(error) => Err(format!("valid in check, and the run says {error:?}")),
    }
}

/// Runs `case` for every number, with a folder of its own, and collects what it complains of; ends the process where one
/// hangs.
fn all(count: u64, case: impl Fn(u64, &Path) -> (String, Result<bool, String>) + Sync) -> u64 {
    let (next, under_way) = (AtomicU64::new(0), Arc::new(Mutex::new(BTreeMap::new())));
    let (valid, complaints, started) = (AtomicU64::new(0), Mutex::new(Vec::new()), Instant::now());
    let watched = Arc::clone(&under_way);
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(200));
            let cases: MutexGuard<BTreeMap<u64, Instant>> = watched.lock().expect("no panic");
            if let Some((number, _)) = cases.iter().find(|(_, begun)| begun.elapsed() > 30 * PATIENCE) {
                eprintln!("case {number} hangs");
                std::process::abort();
            }
        }
    });
    let work = || {
        let folder = tempfile::tempdir().expect("a folder");
        loop {
            let (number, begun) = (next.fetch_add(1, Ordering::Relaxed), Instant::now());
            if number >= count {
                return;
            }
            under_way.lock().expect("no panic").insert(number, begun);
            let outcome = catch_unwind(AssertUnwindSafe(|| case(number, folder.path())));
            under_way.lock().expect("no panic").remove(&number);
            let slow = begun.elapsed() > PATIENCE;
            let (text, verdict) = outcome.unwrap_or_else(|_| (String::new(), Err("a panic".into())));
            valid.fetch_add(u64::from(matches!(verdict, Ok(true))), Ordering::Relaxed);
            match verdict {
                Err(words) => complaints.lock().expect("no panic").push(format!("case {number}: {words}\n{text}")),
                Ok(_) if slow => println!("case {number}: {:?}\n{text}", begun.elapsed()),
                Ok(_) => {}
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let (valid, complaints) = (valid.into_inner(), complaints.into_inner().expect("no panic"));
    println!("{count} cases, {valid} of them valid, in {:.1?}", started.elapsed());
    assert!(complaints.is_empty(), "{} cases\n{}", complaints.len(), complaints.join("\n"));
    valid
}

#[test]
fn broken_scenarios_are_answered() {
    let (seeds, count) = (seeds(), tries("SPINWIGNER_MUTATIONS", 2000));
    let valid = all(count, |number, folder| {
        let text = mutated(&seeds, &mut Random(0x5eed_0000 + 7919 * number));
        let verdict = judge(&text, folder);
        (text, verdict)
    });
    // Else nothing is tried but the parser.
    assert!(valid > count / 20, "only {valid} of {count} were valid");
}

/// Raw bytes, and arrays and tables with some bytes changed, through the readers of arrays and tables.
#[test]
fn any_bytes_are_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bytes.npy");
    npy::write_f64(&path, &[4, 3], &[0.5; 12]).expect("written");
    let array = std::fs::read(&path).expect("read");
    let table = b"time [T],\"a, \"\"b\"\" [x]\"\n0,1\n1,2e3\n2,-3\n".to_vec();
    all(tries("SPINWIGNER_BYTES", 5000), |number, folder| {
        let path = folder.join("bytes.npy");
        let mut random = Random(0xb17e + 104_729 * number);
        let mut bytes = match number % 3 {
            0 => array.clone(),
            1 => table.clone(),
            _ => (0..random.below(200)).map(|_| random.below(256) as u8).collect(),
        };
        for _ in 0..random.below(6) {
            if !bytes.is_empty() {
                let at = random.below(bytes.len());
                bytes[at] = random.below(256) as u8;
            }
        }
        bytes.truncate(if random.below(3) == 0 { random.below(bytes.len() + 1) } else { bytes.len() });
        std::fs::write(&path, &bytes).expect("written");
        let verdict = match npy::read(&path, &[4, 3]) {
            Ok(numbers) if numbers.len() == 12 && numbers.iter().all(|x| x.is_finite()) => Ok(true),
            Ok(numbers) => Err(format!("an array of {numbers:?}")),
            Err(Error::Input(_)) => Ok(false),
            Err(other) => Err(format!("{other:?}")),
        };
        let text = String::from_utf8_lossy(&bytes);
        let whole =
            Table::from_csv(&text).map_or(true, |table| table.rows.iter().all(|row| row.len() == table.columns.len()));
        let verdict = if whole { verdict } else { Err("a row of another length".into()) };
        // As a scenario, too.
        let verdict = verdict.and_then(|valid| match validate::from_text(&text, "bytes", folder) {
            Err(Error::Input(_)) => Ok(valid),
            other => Err(format!("{other:?}")),
        });
        (text.into_owned(), verdict)
    });
}
