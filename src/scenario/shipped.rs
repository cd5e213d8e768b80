//! Scenarios inside the binary.

/// Embeds `assets/scenarios/NAME.json` for each name.
macro_rules! embed {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../assets/scenarios/", $name, ".json")))),+]
    };
}

/// Names and JSON texts, in the order they are listed.
pub const SHIPPED: &[(&str, &str)] = embed![
    "stern-gerlach",
    "larmor-precession",
    "hidden-momentum",
    "landau-damping",
    "relativistic-landau",
    "two-stream",
    "bump-on-tail",
    "weibel",
    "filamentation",
    "light-wave",
    "spin-orbit-precession",
    "raman-scattering",
    "plasma-wave-full",
    "weibel-2d2p",
    "spin-vortex-2d3p",
    "spinning-packet-2d3p",
    "free-6d",
    "thermal-magnetisation",
    "spin-resonance",
    "sound-wave-damping",
    "spin-wave-collisionless",
    "leggett-rice",
    "spin-echo",
    "rashba-packet",
    "spin-segregation",
    "fermi-relaxation",
    "bgk-shock-tube",
    "barnett-trap",
    "shear-polarisation",
];

/// The JSON of a shipped scenario.
pub fn text(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::load;

    #[test]
    fn every_shipped_scenario_is_valid_and_says_where_it_comes_from() {
        for (name, _) in SHIPPED {
            let loaded = load(name).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(loaded.name, *name);
            assert!(!loaded.scenario.title.is_empty(), "{name}: title");
            assert!(!loaded.scenario.about.is_empty(), "{name}: about");
            assert!(!loaded.scenario.references.is_empty(), "{name}: references");
        }
    }
}
