//! Self-consistent and prescribed fields.

use super::*;

/// Share of the largest slope that the divergence of prescribed fields may have: what ten digits of a component leave.
const DIVERGENCE: f64 = 1e-6;

impl Checker<'_> {
    pub(super) fn fields(&mut self) {
        let fields = &self.scenario.fields;
        let species = &self.scenario.species;
        let evolves = fields.evolution != Evolution::Frozen;
        self.require(!evolves || species.charge != 0.0 || self.particle.moment != 0.0, "fields.evolution", || {
            "found evolving fields, but the particles have neither charge nor moment; use \"frozen\", or give `species.charge`".into()
        });
        let closed = PhaseAxis::SPACE
            .into_iter()
            .filter_map(|axis| self.scenario.phase_space.axis(axis))
            .all(|axis| axis.absorbing_layer.is_none());
        let charged_domain =
            evolves && species.charge != 0.0 && self.inhomogeneous() && closed && fields.background == Background::None;
        self.require(!charged_domain, "fields.background", || {
            "found a net charge in a periodic domain, where Gauss's law has no solution; use \"neutralising\", or give some space axis an `absorbing_layer`".into()
        });
        for (index, perturbation) in fields.perturbations.iter().enumerate() {
            let path = format!("fields.perturbations[{index}]");
            self.needs_space(&path, "a field perturbation");
            self.mode(perturbation.mode, false, &format!("{path}.mode"));
            let varies = perturbation.mode.each().map(|number| number != 0);
            self.divergence_free(perturbation, &format!("{path}.component"));
            let (electric, direction) = direction(perturbation.component);
            let longitudinal = electric && self.has(PhaseAxis::SPACE[direction]) && varies[direction];
            let allowed = fields.evolution != Evolution::Electrostatic || !self.inhomogeneous() || longitudinal;
            let moved: Vec<String> = self.spaces().iter().map(|name| format!("E_{name}")).collect();
            self.require(allowed, format!("{path}.component"), || {
                format!(
                    "found a transverse field with \"electrostatic\" evolution, which moves {} only; use \"maxwell\", or prescribe it in `fields.external`",
                    moved.join(" and ")
                )
            });
        }
        if let Some(file) = &fields.file {
            self.field_file(file, "fields.file");
        }
        for (index, external) in fields.external.iter().enumerate() {
            self.external(external, &format!("fields.external[{index}]"));
        }
        self.prescribed_divergence();
    }

    /// Refuses prescribed fields whose sum violates div B = 0, at the component that does so most: light that runs
    /// obliquely has two of them.
    fn prescribed_divergence(&mut self) {
        let space = &self.scenario.phase_space;
        let parts = self.scenario.fields.external.iter().enumerate();
        let parts: Vec<(usize, Prescribed)> = parts
            .flat_map(|(index, external)| Prescribed::of(external).into_iter().map(move |part| (index, part)))
            .filter(|(_, part)| !part.component.is_electric())
            .collect();
        let slope = |part: &Prescribed, slope: DVec3| slope[direction(part.component).1];
        let steepest = |(_, part): &(usize, Prescribed)| slope(part, part.form.bound(space).slope).abs();
        let scale = parts.iter().map(steepest).fold(0.0, f64::max);
        let Some((index, worst)) = parts.iter().max_by(|a, b| steepest(a).total_cmp(&steepest(b))) else { return };
        let violated = (1..16).any(|i| {
            // Multiples of irrational numbers avoid the zeros of all terms at once.
            let part = |irrational: f64| (f64::from(i) * irrational).fract();
            let along =
                |axis: Option<Axis>, part: f64| axis.map_or(0.0, |axis| axis.from + (axis.to - axis.from) * part);
            let (x, y, z) =
                (along(space.x, part(0.618_034)), along(space.y, part(0.414_214)), along(space.z, part(0.732_051)));
            let time = self.scenario.time.end * part(0.754_878);
            let divergence = parts.iter().map(|(_, part)| slope(part, part.form.at(DVec3::new(x, y, z), time).slope));
            divergence.sum::<f64>().abs() > DIVERGENCE * scale
        });
        if !violated {
            return;
        }
        let (_, direction) = direction(worst.component);
        let path = format!("fields.external[{index}].{}.component", worst.kind);
        let alone = parts.iter().filter(|part| steepest(part) > 0.0).count() == 1;
        let name = PhaseAxis::SPACE[direction].name();
        let remedy = if alone { "" } else { ", and so do all prescribed fields together" };
        self.refuse(path, format!(
            "found a B_{name} that varies along {name}, which violates div B = 0{remedy}; vary another component, let \
             B_{name} vary across {name}, or add the other component of a wave with k.B = 0"
        ));
    }

    fn external(&mut self, external: &External, path: &str) {
        if let External::Potential(given) = external {
            return self.potential(given, external, &format!("{path}.potential"));
        }
        if let Some(file) = external.file() {
            self.field_file(file, &format!("{path}.file"));
        }
        for Prescribed { kind, name, form, .. } in Prescribed::of(external) {
            let (path, axes) = (format!("{path}.{kind}"), form.axes());
            if axes.is_empty() {
                continue;
            }
            self.needs_space(&path, name);
            for (axis, key) in axes {
                self.needs_axis(axis, &format!("{path}.{key}"), name);
            }
        }
    }

    fn potential(&mut self, given: &Potential, external: &External, path: &str) {
        self.needs_space(path, "a potential energy");
        let kind = match given {
            Potential::Harmonic { .. } => "harmonic",
            Potential::Polynomial { coefficients, .. } => {
                self.require(coefficients.len() > 1, format!("{path}.polynomial.coefficients"), || {
                    "found no slope, expected two or more coefficients, c_0 first".into()
                });
                "polynomial"
            }
            Potential::Gaussian { width, .. } => {
                self.positive(*width, format!("{path}.gaussian.width"));
                "gaussian"
            }
            Potential::Sech2 { width, .. } => {
                self.positive(*width, format!("{path}.sech2.width"));
                "sech2"
            }
            Potential::Cosine { .. } => "cosine",
            Potential::File(_) => "file",
        };
        for (axis, key) in potential(external).into_iter().flat_map(|form| form.axes()) {
            self.needs_axis(axis, &format!("{path}.{kind}.{key}"), "a potential energy");
        }
    }

    /// Refuses a B_j that varies along j and that no other perturbation of its mode makes up for.
    fn divergence_free(&mut self, perturbation: &FieldPerturbation, path: &str) {
        let fields = &self.scenario.fields;
        let space = &self.scenario.phase_space;
        // Of k.B exp(i phase), per turn.
        let part = |wave: &FieldPerturbation| {
            let (electric, direction) = direction(wave.component);
            let length = space.axis(PhaseAxis::SPACE[direction]).map_or(1.0, |axis| axis.to - axis.from);
            let slope = if electric { 0.0 } else { f64::from(wave.mode.each()[direction]) * wave.amplitude / length };
            (slope * wave.phase.cos(), slope * wave.phase.sin())
        };
        let alike = fields.perturbations.iter().filter(|other| other.mode.each() == perturbation.mode.each());
        let (re, im) = alike.map(part).fold((0.0, 0.0), |sum, next| (sum.0 + next.0, sum.1 + next.1));
        let (own_re, own_im) = part(perturbation);
        let holds = re.hypot(im) <= DIVERGENCE * own_re.hypot(own_im) || own_re.hypot(own_im) == 0.0;
        let (_, direction) = direction(perturbation.component);
        self.require(holds, path, || {
            let name = PhaseAxis::SPACE[direction].name();
            format!(
                "found a B_{name} that varies along {name}, which violates div B = 0; vary another component, let \
                 B_{name} vary across {name}, or add the other component of a wave with k.B = 0"
            )
        });
    }

    fn field_file(&mut self, file: &FieldFile, path: &str) {
        self.needs_space(path, "a field from a file");
        self.require(file.E.is_some() || file.B.is_some(), path, || {
            "found neither E nor B, expected a file for at least one".into()
        });
    }
}
