//! JSON text to [`Scenario`], every mistake said with its place and its remedy.

use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use super::locate::{Places, join};
use super::schema::Scenario;
use crate::error::{Error, Result};

/// Parses a scenario; `origin` is the file named in errors.
///
/// # Errors
///
/// [`Error::Input`] for a text that is no scenario: where, what was found, what is expected.
pub fn parse(text: &str, origin: &str) -> Result<Scenario> {
    let value: Value = serde_json::from_str(text).map_err(|e| syntax_error(text, origin, &e))?;
    let places = Places::of(text);
    if let Some(duplicate) = places.duplicate() {
        let message = format!(
            "at `{}`: found this key twice, first on line {}; remove one of the two",
            duplicate.path, duplicate.first.0
        );
        return Err(at(origin, duplicate.second, &message));
    }
    if let Some(path) = out_of_range(&value, "") {
        let message = format!(
            "at `{path}`: found a number outside the range of 32-bit floats (1.2e-38 to 3.4e38); choose units that keep it within, or give 0"
        );
        return Err(at(origin, places.value(&path), &message));
    }
    let not_an_object = |path: &str| {
        let message = format!("{}: found an array, expected an object {{...}}", label(path));
        at(origin, places.value(path), &message)
    };
    if value.is_array() {
        return Err(not_an_object(""));
    }
    if let Some(Value::Array(species)) = value.get("species") {
        let message = format!(
            "at `species`: found an array of {}, expected one object {{...}}: a run has one kind of particles; beams and \
             backgrounds of that kind are entries of `initial.populations`, and ions that stand still the \
             `fields.background`",
            species.len()
        );
        return Err(at(origin, places.value("species"), &message));
    }
    let scenario: Scenario = serde_path_to_error::deserialize(&value).map_err(|error| {
        let mistake = Mistake::new(&value, error.path(), &error.inner().to_string());
        let place = if mistake.at_key { places.key(&mistake.path) } else { places.value(&mistake.path) };
        at(origin, place, &mistake.text)
    })?;
    match serde_json::to_value(&scenario).ok().and_then(|written| positional(&value, &written, "")) {
        Some(path) => Err(not_an_object(&path)),
        None => Ok(scenario),
    }
}

/// An [`Error::Input`] that begins with `FILE:LINE:COLUMN`.
fn at(origin: &str, (line, column): (usize, usize), message: &str) -> Error {
    Error::Input(format!("{origin}:{line}:{column}: {message}"))
}

/// `; did you mean ...?` when one of the allowed names is close to `found`.
pub fn did_you_mean<'a>(found: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = found.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&found, &name.to_lowercase());
    let closest = allowed.into_iter().min_by_key(|name| distance(name))?;
    (distance(closest) <= 1 + closest.chars().count() / 4).then_some(closest)
}

/// The path of the first number that the solver's 32-bit floats cannot hold.
fn out_of_range(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Number(number) => {
            let held = f64::from(f32::MIN_POSITIVE)..=f64::from(f32::MAX);
            number.as_f64().is_some_and(|x| x != 0.0 && !held.contains(&x.abs())).then(|| path.to_string())
        }
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(i, item)| out_of_range(item, &format!("{path}[{i}]")))
        }
        Value::Object(members) => members.iter().find_map(|(key, item)| out_of_range(item, &join(path, key))),
        _ => None,
    }
}

/// The path of the first object given as a bare list of its values, a form
/// serde takes but no one can read; `written` is what serde made of `given`.
fn positional(given: &Value, written: &Value, path: &str) -> Option<String> {
    match (given, written) {
        (Value::Array(_), Value::Object(_)) => Some(path.to_string()),
        (Value::Array(given), Value::Array(written)) => given
            .iter()
            .zip(written)
            .enumerate()
            .find_map(|(i, (given, written))| positional(given, written, &format!("{path}[{i}]"))),
        (Value::Object(given), Value::Object(written)) => {
            given.iter().find_map(|(key, given)| positional(given, written.get(key)?, &join(path, key)))
        }
        _ => None,
    }
}

/// Text that is not JSON at all.
fn syntax_error(text: &str, origin: &str, error: &serde_json::Error) -> Error {
    // serde_json counts columns in bytes.
    let line_text = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let column = line_text.char_indices().take_while(|(byte, _)| byte + 1 < error.column()).count() + 1;
    if text.trim().is_empty() {
        let message = "found an empty file, expected a scenario in JSON; `spinwigner show landau-damping` prints one to start from";
        return at(origin, (1, 1), message);
    }
    let place = (error.line().max(1), column);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let explained = if error.is_eof() {
        "the file ends too early; a closing `}`, `]` or `\"` is missing, or the file was cut short".to_string()
    } else {
        match message {
            "trailing comma" => "found a comma after the last entry; remove it".to_string(),
            "trailing characters" => "found more text after the end of the scenario; a file holds one JSON object, remove what follows its closing `}`".to_string(),
            "number out of range" => "found a number too large for any floating-point type; give a smaller one".to_string(),
            "key must be a string" => "expected a key in double quotes, such as \"title\"; comments and single quotes are not JSON".to_string(),
            "expected value" => "expected a value: a number, \"text\" in double quotes, true, false, null, [...] or {...}; comments, single quotes, NaN and Infinity are not JSON".to_string(),
            "expected ident" => "found a misspelt true, false or null".to_string(),
            "invalid escape" => "found an unknown escape in a text; write a backslash as \\\\".to_string(),
            _ if message.starts_with("control character") => "found a line break or tab inside a text; write \\n or \\t, or close the quotes before it".to_string(),
            "expected `:`" => "expected `:` between a key and its value".to_string(),
            "expected `,` or `}`" | "expected `,` or `]`" => format!("{message}; a comma or a closing bracket is missing before this"),
            "invalid number" => "found a malformed number; write 0.5 or 1e-3 (no leading `+`, no bare `.5` or `5.`)".to_string(),
            "recursion limit exceeded" => "found brackets nested more than 128 deep; a scenario needs fewer than ten".to_string(),
            other => format!("not valid JSON: {other}"),
        }
    };
    at(origin, place, &explained)
}

/// A value that is JSON but does not fit the schema.
struct Mistake {
    path: String,
    /// The key is wrong, not its value.
    at_key: bool,
    text: String,
}

impl Mistake {
    /// Puts serde's message into a sentence with a remedy.
    fn new(root: &Value, serde_path: &Path, message: &str) -> Self {
        let (path, segments) = known_part(root, serde_path);
        let (path, segments) = (path.as_str(), segments.as_slice());
        let value = lookup(root, segments);
        if let Some((key, allowed)) = unknown(message, "unknown field `") {
            return Mistake::unknown_key(path, key, &allowed);
        }
        if let Some((name, allowed)) = unknown(message, "unknown variant `") {
            return Mistake::unknown_name(path, value, name, &allowed);
        }
        if let Some(key) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            let text = format!("{}: `{key}` is missing; add \"{key}\": ...", label(path));
            return Mistake { path: path.to_string(), at_key: false, text };
        }
        let found = value.map_or_else(|| "nothing".to_string(), describe);
        let wanted = expected(root, segments, value, message);
        Mistake {
            path: path.to_string(),
            at_key: false,
            text: format!("{}: found {found}, expected {wanted}", label(path)),
        }
    }

    fn unknown_key(path: &str, key: &str, allowed: &[&str]) -> Self {
        // The reported path may or may not end with the key itself.
        let parent = path.strip_suffix(key).map_or(path, |rest| rest.strip_suffix('.').unwrap_or(rest));
        let full = join(parent, key);
        let advice = match did_you_mean(key, allowed.iter().copied()) {
            Some(name) => format!("did you mean `{name}`? The keys"),
            None => "the keys".to_string(),
        };
        let list = if allowed.is_empty() { "none".to_string() } else { allowed.join(", ") };
        Mistake {
            text: format!("at `{full}`: found an unknown key `{key}`; {advice} allowed here are: {list}"),
            path: full,
            at_key: true,
        }
    }

    fn unknown_name(path: &str, value: Option<&Value>, name: &str, allowed: &[&str]) -> Self {
        let advice = match did_you_mean(name, allowed.iter().copied()) {
            Some(close) => format!("; did you mean `{close}`?"),
            None => String::new(),
        };
        // `{"maxwelian": {...}}`: the name is a key.
        let is_key = value.and_then(Value::as_object).is_some_and(|members| members.contains_key(name));
        let full = if is_key { join(path, name) } else { path.to_string() };
        Mistake {
            text: format!("{}: found `{name}`, expected {}{advice}", label(path), one_of(allowed)),
            path: full,
            at_key: is_key,
        }
    }
}

/// `at `a.b[0]``, or words for the whole file.
fn label(path: &str) -> String {
    if path.is_empty() { "at the top level".to_string() } else { format!("at `{path}`") }
}

fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_string(),
        [name] => name.clone(),
        names => format!("one of {}", names.join(", ")),
    }
}

/// The name and the allowed names of `unknown field `x`, expected one of `a`, `b``.
fn unknown<'m>(message: &'m str, prefix: &str) -> Option<(&'m str, Vec<&'m str>)> {
    let (name, rest) = message.strip_prefix(prefix)?.split_once("`, ")?;
    Some((name, backticked(rest)))
}

/// The words in backticks.
fn backticked(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The part of a path that stands in the file, as text and as segments.
fn known_part(root: &Value, path: &Path) -> (String, Vec<Segment>) {
    let mut text = String::new();
    let mut segments = Vec::new();
    let mut value = root;
    for segment in path {
        // A variant written as a bare name is a segment without a value.
        let Some(next) = child(value, segment) else { break };
        value = next;
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key } | Segment::Enum { variant: key } => text = join(&text, key),
            Segment::Unknown => break,
        }
        segments.push(segment.clone());
    }
    (text, segments)
}

fn child<'v>(value: &'v Value, segment: &Segment) -> Option<&'v Value> {
    match segment {
        Segment::Seq { index } => value.get(index),
        Segment::Map { key } | Segment::Enum { variant: key } => value.get(key),
        Segment::Unknown => None,
    }
}

fn lookup<'v>(root: &'v Value, segments: &[Segment]) -> Option<&'v Value> {
    segments.iter().try_fold(root, child)
}

fn lookup_mut<'v>(root: &'v mut Value, segments: &[Segment]) -> Option<&'v mut Value> {
    segments.iter().try_fold(root, |value, segment| match segment {
        Segment::Seq { index } => value.get_mut(index),
        Segment::Map { key } | Segment::Enum { variant: key } => value.get_mut(key),
        Segment::Unknown => None,
    })
}

/// A short description of what the user wrote.
fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_string(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) if text.chars().count() > 40 => "a long text".to_string(),
        Value::String(_) => format!("the text {value}"),
        Value::Array(items) => format!("an array of {} values", items.len()),
        Value::Object(members) => match members.keys().collect::<Vec<_>>().as_slice() {
            [] => "an empty object {}".to_string(),
            [key] => format!("an object with the key `{key}`"),
            keys => format!("an object with {} keys", keys.len()),
        },
    }
}

/// What the schema wants at a place, from serde's message or by asking it.
fn expected(root: &Value, segments: &[Segment], value: Option<&Value>, message: &str) -> String {
    let wanted = message.rsplit_once("expected ").map_or(message, |(_, wanted)| wanted);
    if let Some(count) = array_length(wanted) {
        return format!("an array of {count} values");
    }
    if let Some(choices) = wanted.strip_prefix("one of ") {
        let names = backticked(choices);
        let hint = value.and_then(Value::as_str).and_then(|found| did_you_mean(found, names.iter().copied()));
        return one_of(&names) + &hint.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    }
    let whole = value.and_then(Value::as_f64).filter(|x| x.fract() == 0.0);
    if wanted == "u32" && whole.is_some_and(|x| x > f64::from(u32::MAX)) {
        return format!(
            "{} at the most: too many, as all cells of space, and all of momentum, are fewer than 2^31",
            u32::MAX
        );
    }
    match wanted {
        "f64" => "a number".to_string(),
        "u32" | "u64" | "usize" => "a whole number, zero or positive, without quotes or decimal point".to_string(),
        "a boolean" => "true or false".to_string(),
        "a string" | "path string" => "text in double quotes".to_string(),
        "a sequence" => "an array [...]".to_string(),
        "a map" => "an object {...}".to_string(),
        "unit" | "unit variant" => "nothing after this name: write it alone, in double quotes".to_string(),
        "fewer elements in array" => match ask(root, segments, Value::Array(Vec::new()))
            .as_deref()
            .and_then(|m| array_length(m.rsplit_once("expected ")?.1))
        {
            Some(count) => format!("an array of {count} values"),
            None => "fewer values".to_string(),
        },
        "newtype variant" | "tuple variant" => variant_body(value, "..."),
        _ if wanted.starts_with("struct variant") && value.is_some_and(Value::is_string) => {
            variant_body(value, "{...}")
        }
        _ if wanted.starts_with("struct ") => "an object {...}".to_string(),
        // Enums: serde names the JSON type only, so ask for the variants.
        "string or map" | "map with a single key" | "value" => {
            let probe = ask(root, segments, Value::String("\u{1}".to_string())).unwrap_or_default();
            match unknown(&probe, "unknown variant `") {
                Some((_, names)) => format!("exactly one of {}", one_of(&names).trim_start_matches("one of ")),
                None => "a name or an object with exactly one key".to_string(),
            }
        }
        other => other.to_string(),
    }
}

/// A variant that carries a value was written as a bare name.
fn variant_body(value: Option<&Value>, body: &str) -> String {
    let name = value.and_then(Value::as_str).unwrap_or("name");
    format!("an object that gives its value; write {{\"{name}\": {body}}}")
}

/// N of `an array of length N`.
fn array_length(wanted: &str) -> Option<&str> {
    wanted.strip_prefix("an array of length ")
}

/// The schema's complaint when the value at a place is replaced by another.
fn ask(root: &Value, segments: &[Segment], replacement: Value) -> Option<String> {
    let mut changed = root.clone();
    *lookup_mut(&mut changed, segments)? = replacement;
    serde_json::from_value::<Scenario>(changed).err().map(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "title": "t", "about": "a", "references": ["r"],
  "species": { "charge": 0, "spin": false },
  "phase_space": { "px": { "from": -5, "to": 5, "cells": 32 } },
  "initial": { "populations": [{ "momentum": { "maxwellian": { "temperature": 1 } } }] },
  "time": { "step": 0.1, "end": 1 }
}"#;

    fn message(text: &str) -> String {
        parse(text, "s.json").expect_err(text).to_string()
    }

    /// The rest of the line at the LINE:COLUMN of a message.
    fn pointed_at(text: &str, message: &str) -> String {
        let mut parts = message.split(':').skip(1).map(|part| part.parse::<usize>().unwrap_or(0));
        let (line, column) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        assert!(line > 0 && column > 0, "no place in: {message}");
        text.lines().nth(line - 1).unwrap_or_default().chars().skip(column - 1).collect()
    }

    #[test]
    fn the_unbroken_text_parses() {
        assert_eq!(parse(TEXT, "s.json").unwrap().phase_space.px.unwrap().cells, 32);
    }

    /// Each edit of the valid text, the text that LINE:COLUMN of its error must
    /// point at, and words it must contain.
    #[test]
    fn mistakes_are_said_with_place_and_remedy() {
        let spread = "\"maxwellian\": { \"temperature\": 1 }";
        let table: &[(&str, &str, &str, &[&str])] = &[
            // keys
            (
                "\"cells\"",
                "\"cels\"",
                "\"cels",
                &["at `phase_space.px.cels`", "did you mean `cells`", "from, to, cells"],
            ),
            ("\"title\"", "\"xyzzy\"", "\"xyzzy", &["at `xyzzy`", "the keys allowed here are: title, about"]),
            (
                "\"temperature\"",
                "\"temprature\"",
                "\"temprature",
                &["at `initial.populations[0].momentum.maxwellian.temprature`", "`temperature`"],
            ),
            (", \"to\": 5", "", "{ \"from", &["at `phase_space.px`: `to` is missing", "add \"to\""]),
            (
                "\"cells\": 32",
                "\"cells\": 32, \"cells\": 33",
                "\"cells\": 33",
                &["at `phase_space.px.cells`", "twice", "line 4"],
            ),
            // types
            ("32", "\"32\"", "\"32\"", &["at `phase_space.px.cells`: found the text \"32\", expected a whole number"]),
            ("32", "-32", "-32", &["found -32, expected a whole number"]),
            ("32", "3.5", "3.5", &["found 3.5, expected a whole number"]),
            ("-5", "null", "null", &["at `phase_space.px.from`: found null, expected a number"]),
            ("false", "0", "0 }", &["at `species.spin`: found 0, expected true or false"]),
            ("[\"r\"]", "\"r\"", "\"r", &["at `references`: found the text \"r\", expected an array"]),
            (
                "\"temperature\": 1",
                "\"temperature\": [1, 2]",
                "[1, 2]",
                &["array of 2 values, expected a number, or an array of three numbers"],
            ),
            (
                "\"temperature\": 1",
                "\"temperature\": 1, \"drift\": [1, 2, 3, 4]",
                "[1, 2, 3",
                &["array of 4 values, expected an array of 3 values"],
            ),
            (
                "\"temperature\": 1",
                "\"temperature\": 1, \"drift\": [1, 2]",
                "[1, 2]",
                &["array of 2 values, expected an array of 3 values"],
            ),
            (
                "{ \"step\": 0.1, \"end\": 1 }",
                "[0.1, 1]",
                "[0.1, 1]",
                &["at `time`: found an array, expected an object"],
            ),
            // names
            (
                "maxwellian",
                "maxwelian",
                "\"maxwelian",
                &["at `initial.populations[0].momentum`: found `maxwelian`", "`two_beam`; did you mean `maxwellian`?"],
            ),
            (
                spread,
                "\"maxwellian\": 1, \"juttner\": 1",
                "{ \"maxwellian",
                &["an object with 2 keys, expected exactly one of `maxwellian`"],
            ),
            (
                "{ \"maxwellian\": { \"temperature\": 1 } }",
                "\"maxwellian\"",
                "\"maxwellian\" }",
                &["found the text \"maxwellian\"", "write {\"maxwellian\": {...}}"],
            ),
            (
                "{ \"maxwellian\": { \"temperature\": 1 } }",
                "7",
                "7 }",
                &["found 7, expected exactly one of `maxwellian`"],
            ),
            (
                "\"time\"",
                "\"kinematics\": \"non-relativistic\", \"time\"",
                "\"non-rel",
                &["found `non-relativistic`", "did you mean `non_relativistic`?"],
            ),
            (
                "\"time\"",
                "\"output\": {\"diagnostics\": {\"modes\": [{\"quantity\": \"spin1\", \"mode\": 1}]}}, \"time\"",
                "\"spin1",
                &["`output.diagnostics.modes[0].quantity`", "did you mean `spin_1`?"],
            ),
            // numbers
            ("0.1", "1e999", "", &["too large"]),
            ("0.1", "1e39", "1e39", &["at `time.step`", "3.4e38"]),
            ("0.1", "1e-39", "1e-39", &["at `time.step`", "1.2e-38"]),
            // JSON itself
            ("32 }", "32, }", "}", &["comma after the last entry"]),
            ("\"cells\": 32", "\"cells\" 32", "32", &["expected `:`"]),
            ("\"to\": 5,", "\"to\": 5", "\"cells", &["a comma or a closing bracket is missing"]),
            ("0.1", "NaN", "NaN", &["NaN and Infinity are not JSON"]),
            ("\"time\"", "// when\n\"time\"", "// when", &["comments"]),
            ("\"end\": 1 }\n}", "\"end\": 1 }\n} x", "x", &["more text after the end"]),
            ("\"end\": 1 }\n}", "\"end\": 1 }", "", &["ends too early"]),
        ];
        for (old, new, points_at, expected) in table {
            assert!(TEXT.contains(old), "{old}");
            let text = TEXT.replacen(old, new, 1);
            let message = message(&text);
            let there = pointed_at(&text, &message);
            assert!(
                there.starts_with(points_at),
                "{old} -> {new}\nwanted: {points_at}\n   got: {there}\n  from: {message}"
            );
            for words in *expected {
                assert!(message.contains(words), "{old} -> {new}\nwanted: {words}\n   got: {message}");
            }
        }
    }

    #[test]
    fn whole_files_that_are_no_scenario() {
        for (text, words) in [
            ("", "s.json:1:1: found an empty file"),
            (" \n", "empty file"),
            ("[]", "s.json:1:1: at the top level: found an array, expected an object"),
            (&"[".repeat(200), "nested"),
        ] {
            assert!(message(text).contains(words), "{text}: {}", message(text));
        }
    }

    #[test]
    fn columns_of_syntax_errors_count_characters() {
        let text = TEXT.replace("\"t\", \"about\"", "\"ψψψ\", about");
        assert!(message(&text).starts_with("s.json:2:19:"), "{}", message(&text));
    }

    #[test]
    fn suggestions_are_close_or_absent() {
        let names = ["density", "momentum", "to"];
        assert_eq!(did_you_mean("Densty", names), Some("density"));
        assert_eq!(did_you_mean("momenta", names), Some("momentum"));
        assert_eq!(did_you_mean("temperature", names), None);
        assert_eq!(did_you_mean("x", []), None);
    }
}
