//! Arrays that a scenario reads.

use super::*;

impl Checker<'_> {
    /// `.npy` files exist and have the type and shape of the grid.
    pub(super) fn files(&mut self, folder: &Path, kept: bool) {
        let cells = |axes: &[PhaseAxis]| -> Vec<u64> {
            let resolved = axes.iter().filter_map(|axis| self.scenario.phase_space.axis(*axis));
            resolved.map(|axis| u64::from(axis.cells)).collect()
        };
        let shape = |axes: &[PhaseAxis], components: u64| [cells(axes), vec![components]].concat();
        let components = self.scenario.species.components() as u64;
        if let Initial::File(path) = &self.scenario.initial
            && !kept
        {
            self.npy(&folder.join(path), &shape(&PhaseAxis::ALL, components), "initial.file");
        }
        let fields = &self.scenario.fields;
        for (index, external) in fields.external.iter().enumerate() {
            if let Some(file) = external.potential_file() {
                let path = format!("fields.external[{index}].potential.file");
                self.npy(&folder.join(file), &cells(&PhaseAxis::SPACE), &path);
            }
        }
        let own = fields.file.iter().map(|file| (file, "fields.file".to_string()));
        let external = fields.external.iter().enumerate();
        let external =
            external.filter_map(|(index, external)| Some((external.file()?, format!("fields.external[{index}].file"))));
        for (file, path) in own.chain(external) {
            for (name, file) in [("E", &file.E), ("B", &file.B)] {
                if let Some(file) = file {
                    self.npy(&folder.join(file), &shape(&PhaseAxis::SPACE, 3), &format!("{path}.{name}"));
                }
            }
        }
    }

    fn npy(&mut self, file: &Path, shape: &[u64], path: &str) {
        let shown = file.display();
        let header = match npy::open(file) {
            Ok((header, _)) => header,
            Err(error) => {
                let text =
                    format!("cannot read {shown} as .npy: {error}; relative paths begin at the folder of the scenario");
                return self.refuse(path, text);
            }
        };
        let real = match header.dtype() {
            npyz::DType::Plain(kind) => {
                kind.type_char() == npyz::TypeChar::Float && [4, 8].contains(&kind.size_field())
            }
            _ => false,
        };
        self.require(real, path, || {
            format!("found {} in {shown}, expected float32 or float64", header.dtype().descr())
        });
        self.require(header.order() == npyz::Order::C, path, || {
            format!("found Fortran order in {shown}, expected C order; save numpy.ascontiguousarray(...)")
        });
        self.require(header.shape() == shape, path, || {
            format!("found shape {:?} in {shown}, expected {shape:?}", header.shape())
        });
    }
}
