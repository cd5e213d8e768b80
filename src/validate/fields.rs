//! Self-consistent and prescribed fields.

use super::*;

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
            self.divergence_free(perturbation.component, varies, &format!("{path}.component"));
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
    }

    fn external(&mut self, external: &External, path: &str) {
        if let Some(file) = external.file() {
            self.field_file(file, &format!("{path}.file"));
        }
        for Prescribed { component, kind, name, form } in Prescribed::of(external) {
            let (path, axes) = (format!("{path}.{kind}"), form.axes());
            if axes.is_empty() {
                continue;
            }
            self.needs_space(&path, name);
            for (axis, key) in axes {
                self.needs_axis(axis, &format!("{path}.{key}"), name);
            }
            let varies = form.bound(&self.scenario.phase_space).slope.to_array().map(|slope| slope != 0.0);
            self.divergence_free(component, varies, &format!("{path}.component"));
        }
    }

    /// Refuses a B_j that varies along j.
    fn divergence_free(&mut self, component: FieldComponent, varies: [bool; 3], path: &str) {
        let (electric, direction) = direction(component);
        self.require(electric || !varies[direction], path, || {
            let name = PhaseAxis::SPACE[direction].name();
            format!(
                "found a B_{name} that varies along {name}, which violates div B = 0; vary another component, or let B_{name} vary across {name}"
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
