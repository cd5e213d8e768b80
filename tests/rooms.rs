//! No circle of rooms. A room is a module of the crate's root, a file or a folder of `src/`; inside one, modules may
//! use each other as they like, and their tests may use anything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The rooms that a source text names, `crate::ROOM` or `crate::{ROOM, ...}`, outside comments and tests.
fn named(text: &str) -> BTreeSet<String> {
    let text = text.replace('\r', "");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let word = |path: &str| {
        path.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_string()
    };
    let mut rooms = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            rooms.insert(word(rest));
            continue;
        };
        // At commas of the list itself, up to the end of the statement.
        let mut depth = 0;
        let paths = list.split(';').next().unwrap_or_default().split(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        });
        rooms.extend(paths.map(word).filter(|room| !room.is_empty()));
    }
    rooms
}

fn read(path: &Path, rooms: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a readable folder") {
            read(&entry.expect("a readable entry").path(), rooms);
        }
    } else if path.file_name().is_some_and(|name| name != "tests.rs") {
        rooms.extend(named(&std::fs::read_to_string(path).expect("a readable file")));
    }
}

/// What is in a circle, or between two: each with those of the others that it uses.
fn circle(mut rooms: BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
    loop {
        let used: BTreeSet<String> = rooms.values().flatten().cloned().collect();
        let inside: BTreeSet<String> = rooms
            .iter()
            .filter(|(room, uses)| !uses.is_empty() && used.contains(*room))
            .map(|(room, _)| room.clone())
            .collect();
        if inside.len() == rooms.len() {
            return rooms;
        }
        rooms.retain(|room, _| inside.contains(room));
        rooms.values_mut().for_each(|uses| uses.retain(|room| inside.contains(room)));
    }
}

#[test]
fn no_circle_of_rooms() {
    let mut rooms = BTreeMap::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("the sources") {
        let path = entry.expect("a readable entry").path();
        let room = path.file_stem().expect("a name").to_string_lossy().into_owned();
        read(&path, rooms.entry(room).or_insert_with(BTreeSet::new));
    }
    let names: BTreeSet<String> = rooms.keys().cloned().collect();
    for (room, uses) in &mut rooms {
        uses.retain(|name| name != room && names.contains(name));
    }
    assert!(rooms["simulation"].contains("splitting") && rooms["run"].contains("quantities"), "{rooms:?}");
    let circle = circle(rooms);
    assert!(circle.is_empty(), "rooms in a circle, and what they use of each other: {circle:#?}");
}

#[test]
fn names_and_circles_are_found() {
    let text =
        "use crate::a::{b, c};\nuse crate::{\n    d::{e, f},\n    g,\n};\n// crate::h\nfn i() { crate::j::k() }\n";
    let rooms = ["a", "d", "g", "j"].map(String::from);
    assert_eq!(named(text), BTreeSet::from(rooms));
    let uses = [("a", "b"), ("b", "c"), ("c", "b"), ("d", "e"), ("e", "")];
    let uses = uses.map(|(room, used)| (room.to_string(), BTreeSet::from([used.to_string()])));
    let found = circle(
        uses.into_iter().map(|(room, used)| (room, used.into_iter().filter(|u| !u.is_empty()).collect())).collect(),
    );
    assert_eq!(found.into_keys().collect::<Vec<_>>(), ["b", "c"]);
}
