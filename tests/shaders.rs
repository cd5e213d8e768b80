//! Every kernel through naga, without an adapter: WGSL is valid without optional
//! features, translates for Vulkan, Metal and DX12, in f64 for Vulkan, and agrees with
//! its Rust twin.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::mem::offset_of;
use std::path::Path;

use naga::back::{hlsl, msl, spv};
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, ArraySize, Literal, Module, ShaderStage, StorageAccess, TypeInner};
use spinwigner::gpu::{AxisRecord, BLOCK, FieldRecord, LANES, Parameters, ParticleRecord};
use spinwigner::operators::{
    Build, Command, Covariant, Force, Inputs, Kernel, LocalEquilibrium, MeanField, Round, Scheme, Speed, Term, Work,
    position,
};
use spinwigner::precision::Precision;

/// A kernel in a precision for a kind of cell.
#[derive(Clone)]
struct Case {
    kernel: Kernel,
    precision: Precision,
    spin: bool,
}

/// Every kernel that exists for a state with or without spin.
fn kernels(spin: bool) -> HashSet<Kernel> {
    let mut kernels = HashSet::from([Kernel::copy()]);
    for command in Command::kinds(spin) {
        for (kept, canonical) in [(false, false), (false, true), (true, false), (true, true)] {
            let kernel = command.kernel(Build { kept, canonical, apart: kept });
            if let Work::Lines { slot, reach } = kernel.work {
                kernels.insert(Kernel::keep(slot, reach));
            }
            kernels.insert(kernel);
        }
    }
    for (separable, momenta) in [(true, 3..6), (false, 0..0)].into_iter().filter(|_| spin) {
        let Round { lay, sums, half_way, turn } = MeanField::round(separable, momenta);
        kernels.extend(sums.into_iter().chain([lay, half_way, turn]));
    }
    kernels
}

/// Everything that kernels are built for.
fn cases() -> impl Iterator<Item = Case> {
    let kinds = [Precision::F32, Precision::F64].map(|precision| [(precision, true), (precision, false)]);
    kinds
        .into_iter()
        .flatten()
        .flat_map(|(precision, spin)| kernels(spin).into_iter().map(move |kernel| Case { kernel, precision, spin }))
}

impl Case {
    fn name(&self) -> String {
        format!("{} in {}{}", self.kernel.label, self.precision, if self.spin { " with spin" } else { "" })
    }

    fn parsed(&self) -> Result<Module, String> {
        let source = self.kernel.source(self.precision, self.spin);
        naga::front::wgsl::parse_str(&source).map_err(|error| error.emit_to_string(&source))
    }

    fn module(&self) -> Module {
        self.parsed().unwrap_or_else(|error| panic!("{}: {error}", self.name()))
    }
}

/// What every WebGPU adapter offers, and f64 where it is asked for.
fn validated(module: &Module, precision: Precision) -> Result<ModuleInfo, String> {
    let capabilities = match precision {
        Precision::F32 => Capabilities::empty(),
        Precision::F64 => Capabilities::FLOAT64,
    };
    Validator::new(ValidationFlags::all(), capabilities)
        .validate(module)
        .map_err(|error| format!("{:?}", error.into_inner()))
}

/// All values of the overrides that the program ever sets.
fn constants(kernel: &Kernel) -> Vec<Vec<(&'static str, f64)>> {
    let flags = [false, true];
    let of = |kinematics| {
        flags.into_iter().flat_map(move |anomalous| flags.map(|given| kernel.constants(kinematics, anomalous, given)))
    };
    let mut sets: Vec<_> = (0..3).flat_map(of).collect();
    sets.dedup();
    sets
}

/// Overrides replaced by `constants`, then SPIR-V and, in f32, MSL and HLSL of the
/// entry point.
fn translated(module: &Module, case: &Case, constants: &[(&str, f64)]) -> Result<(), String> {
    let (kernel, precision) = (&case.kernel, case.precision);
    let info = validated(module, precision)?;
    let values = constants.iter().map(|&(name, value)| (name.to_string(), value)).collect();
    let stage = (ShaderStage::Compute, kernel.entry_point);
    let (module, info) = naga::back::pipeline_constants::process_overrides(module, &info, Some(stage), &values)
        .map_err(|error| format!("overrides: {error:?}"))?;
    let entry = (ShaderStage::Compute, kernel.entry_point.to_string());
    let pipeline = spv::PipelineOptions { shader_stage: ShaderStage::Compute, entry_point: entry.1.clone() };
    spv::write_vec(&module, &info, &spv::Options::default(), Some(&pipeline))
        .map_err(|error| format!("SPIR-V: {error:?}"))?;
    if precision == Precision::F64 {
        return Ok(());
    }
    let pipeline = msl::PipelineOptions { entry_point: Some(entry.clone()), ..Default::default() };
    let options = msl::Options { lang_version: (2, 0), ..Default::default() };
    let (_, written) =
        msl::write_string(&module, &info, &options, &pipeline).map_err(|error| format!("MSL: {error:?}"))?;
    for name in written.entry_point_names {
        name.map_err(|error| format!("MSL entry point: {error:?}"))?;
    }
    let (options, pipeline) = (hlsl::Options::default(), hlsl::PipelineOptions { entry_point: Some(entry) });
    let mut text = String::new();
    let written = hlsl::Writer::new(&mut text, &options, &pipeline)
        .write(&module, &info, None)
        .map_err(|error| format!("HLSL: {error:?}"))?;
    for name in written.entry_point_names {
        name.map_err(|error| format!("HLSL entry point: {error:?}"))?;
    }
    Ok(())
}

fn report(failures: Vec<String>) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n\n"));
}

/// Every module parses, validates with no capability but its precision, and translates
/// for all back ends of that with all values of its pipeline constants.
#[test]
fn every_kernel_translates_for_every_back_end() {
    let mut failures = Vec::new();
    for case in cases() {
        match case.parsed() {
            Err(error) => failures.push(format!("{}: {error}", case.name())),
            Ok(module) => {
                for constants in constants(&case.kernel) {
                    if let Err(error) = translated(&module, &case, &constants) {
                        failures.push(format!("{} {constants:?}: {error}", case.name()));
                    }
                }
            }
        }
    }
    report(failures);
}

/// `Kernel::constants` names every override of a module, and nothing else: none
/// is left at its default by a slip of the pen.
#[test]
fn every_override_is_set() {
    let mut failures = Vec::new();
    for case in cases() {
        let (kernel, module) = (&case.kernel, case.module());
        let declared: BTreeSet<_> = module.overrides.iter().filter_map(|(_, it)| it.name.clone()).collect();
        let set: BTreeSet<_> = kernel.constants(0, true, true).into_iter().map(|(name, _)| name.to_string()).collect();
        if declared != set {
            failures.push(format!("{}: declared {declared:?}, set {set:?}", case.name()));
        }
    }
    report(failures);
}

/// `Kernel::bindings` is what the module declares: consecutive numbers in group 0,
/// and who may be written.
#[test]
fn bindings_are_those_of_the_module() {
    let mut failures = Vec::new();
    for case in cases() {
        let (kernel, module) = (&case.kernel, case.module());
        let mut declared = BTreeMap::new();
        for (_, variable) in module.global_variables.iter() {
            if let (Some(binding), AddressSpace::Storage { access }) = (&variable.binding, variable.space) {
                declared.insert((binding.group, binding.binding), !access.contains(StorageAccess::STORE));
            }
        }
        let expected = (0..).map(|binding| (0, binding)).zip(kernel.bindings().iter().copied()).collect();
        if declared != expected {
            failures.push(format!("{}: declared {declared:?}, bound {expected:?}", case.name()));
        }
    }
    report(failures);
}

/// Value of a module constant of WGSL.
fn constant(module: &Module, name: &str) -> Option<usize> {
    let (_, constant) = module.constants.iter().find(|(_, constant)| constant.name.as_deref() == Some(name))?;
    match module.global_expressions[constant.init] {
        naga::Expression::Literal(Literal::U32(value)) => Some(value as usize),
        naga::Expression::Literal(Literal::I32(value)) => usize::try_from(value).ok(),
        _ => None,
    }
}

/// Length of a workgroup array of WGSL.
fn workgroup_length(module: &Module, name: &str) -> Option<usize> {
    let (_, variable) = module.global_variables.iter().find(|(_, variable)| variable.name.as_deref() == Some(name))?;
    match module.types[variable.ty].inner {
        TypeInner::Array { size: ArraySize::Constant(length), .. } => Some(length.get() as usize),
        _ => None,
    }
}

/// Numbers that exist in WGSL and in `gpu`: dispatches are computed from the Rust ones.
#[test]
fn numbers_that_exist_twice_are_equal() {
    let mut failures = Vec::new();
    for case in cases() {
        let (kernel, module) = (&case.kernel, case.module());
        let mut expect = |what: &str, found: Option<usize>, expected: usize| {
            if found != Some(expected) {
                failures.push(format!("{}: {what} is {found:?}, expected {expected}", case.name()));
            }
        };
        let number = |name: &str| constant(&module, name);
        match kernel.work {
            Work::Lines { .. } | Work::Keep { .. } => expect("LANES", number("LANES"), LANES),
            Work::Copy => {}
            Work::MeanField => {
                expect("LANES", number("LANES"), LANES);
                expect("HEAD", number("HEAD"), MeanField::HEAD);
            }
            Work::Blocks | Work::Relaxation | Work::Sums { .. } => {
                expect("LANES", number("LANES"), LANES);
                expect("BLOCK", number("BLOCK"), BLOCK);
            }
        }
        let covariant = matches!(kernel.work, Work::Sums { inputs: Inputs::Equilibria, .. })
            || kernel.work == Work::Relaxation && kernel.label.contains("covariant");
        if covariant {
            expect("COVARIANT", number("COVARIANT"), Covariant::NUMBERS);
            expect("numbers", Some(Covariant::default().numbers().len()), Covariant::NUMBERS);
        } else if kernel.work == Work::Relaxation {
            expect("HEAD", number("HEAD"), LocalEquilibrium::HEAD);
        }
        if let Work::Sums { list, extra, .. } = kernel.work {
            for (sum, _) in list {
                expect(sum, number(sum), position(list, sum));
            }
            let sums: usize = list.iter().map(|(_, numbers)| numbers).sum();
            expect("SUMS", number("SUMS"), sums);
            expect("lanes", workgroup_length(&module, "lanes"), (sums + number("WIDE").unwrap_or(0)) * LANES);
            if extra > 0 {
                expect("NUMBERS", number("NUMBERS"), kernel.numbers());
            }
        }
        for entry in &module.entry_points {
            expect(
                "workgroup size",
                (entry.workgroup_size[1..] == [1, 1]).then_some(entry.workgroup_size[0] as usize),
                LANES,
            );
        }
        let entries = module.entry_points.iter().filter(|entry| entry.name == kernel.entry_point).count();
        expect("number of entry points of that name", Some(entries), 1);
    }
    report(failures);
}

/// One member: name, offset in bytes, Rust spelling of the type.
type Member = (String, usize, String);

/// Members and size of a Rust struct, in the order of their offsets.
macro_rules! layout {
    ($name:ident<$real:ident> { $($member:ident),* }) => {{
        fn type_of<T>(_: T) -> String {
            let real = std::any::type_name::<$real>();
            let twin = |record: &str| format!("spinwigner::gpu::layout::{record}<{real}>");
            std::any::type_name::<T>().replace(&twin("AxisRecord"), "Axis").replace(&twin("ParticleRecord"), "Particle")
        }
        let value = $name::<$real>::default();
        // Fails to compile if a member is missing here.
        let $name { $($member: _),* } = value;
        let members: Vec<Member> =
            vec![$((stringify!($member).to_string(), offset_of!($name<$real>, $member), type_of(value.$member))),*];
        (members, size_of::<$name<$real>>())
    }};
}

/// Layouts of all structs in one precision, by their names in WGSL.
macro_rules! layouts {
    ($real:ident) => {
        [
            ("Axis", layout!(AxisRecord<$real> { cells, stride, offset, whole, first, step, first_low, step_low })),
            (
                "Particle",
                layout!(ParticleRecord<$real> {
                    mass, charge, moment, torque, anomaly, mass_low, anomaly_low, torque_low,
                    given_turn, given_turn_low, given_slopes
                })
            ),
            (
                "Parameters",
                layout!(Parameters<$real> {
                    axes,
                    momentum_cells,
                    space_cells,
                    first_space_cell,
                    lines,
                    segments,
                    zero,
                    particle,
                    time_over_step,
                    time,
                    dissipation,
                    time_low
                }),
            ),
            ("FieldRecord", layout!(FieldRecord<$real> { e, remaining, b, p, p_low, e_low, b_low, force, turn, de, db })),
        ]
    };
}

/// The Rust type with the bytes of a WGSL type.
fn rust_type(module: &Module, handle: naga::Handle<naga::Type>) -> String {
    let scalar = |scalar: naga::Scalar| match (scalar.kind, scalar.width) {
        (naga::ScalarKind::Uint, 4) => "u32",
        (naga::ScalarKind::Float, 4) => "f32",
        (naga::ScalarKind::Float, 8) => "f64",
        _ => "unknown",
    };
    let ty = &module.types[handle];
    match ty.inner {
        TypeInner::Scalar(kind) => scalar(kind).into(),
        TypeInner::Vector { size, scalar: kind } => format!("[{}; {}]", scalar(kind), size as u8),
        TypeInner::Array { base, size: ArraySize::Constant(length), stride } => {
            assert_eq!(stride, module.types[base].inner.size(module.to_ctx()), "padding between the elements");
            format!("[{}; {length}]", rust_type(module, base))
        }
        _ => ty.name.clone().unwrap_or_default(),
    }
}

/// Members and span of a WGSL struct.
fn reflected(module: &Module, name: &str) -> (Vec<Member>, usize) {
    let (_, ty) = module
        .types
        .iter()
        .find(|(_, ty)| ty.name.as_deref() == Some(name))
        .unwrap_or_else(|| panic!("no struct {name}"));
    let TypeInner::Struct { members, span } = &ty.inner else { panic!("{name} is no struct") };
    let members = members
        .iter()
        .map(|member| (member.name.clone().unwrap_or_default(), member.offset as usize, rust_type(module, member.ty)))
        .collect();
    (members, *span as usize)
}

/// Distance between the elements of a storage array whose elements are `name`.
fn stride(module: &Module, name: &str) -> Option<usize> {
    module.global_variables.iter().find_map(|(_, variable)| match module.types[variable.ty].inner {
        TypeInner::Array { base, stride, size: ArraySize::Dynamic }
            if module.types[base].name.as_deref() == Some(name) =>
        {
            Some(stride as usize)
        }
        _ => None,
    })
}

/// Names, offsets, types, sizes and array strides of every struct that crosses
/// from Rust to WGSL, in every module that has it and in both precisions. No padding is
/// hidden: the Rust structs are packed.
#[test]
fn rust_and_wgsl_agree_on_every_byte() {
    let (single, double) = (layouts!(f32), layouts!(f64));
    for case in cases().filter(|case| case.kernel.work != Work::Copy) {
        let (module, label) = (case.module(), case.name());
        let structs = match case.precision {
            Precision::F32 => &single,
            Precision::F64 => &double,
        };
        for (name, layout) in structs {
            assert_eq!(&reflected(&module, name), layout, "{name} of {label}");
        }
        let (_, (_, bytes)) = &structs[3];
        assert_eq!(stride(&module, "FieldRecord"), Some(*bytes), "array of FieldRecord of {label}");
    }
}

/// Components of a constant vector of WGSL.
fn components(module: &Module, name: &str) -> Option<Vec<f64>> {
    let (_, constant) = module.constants.iter().find(|(_, constant)| constant.name.as_deref() == Some(name))?;
    let naga::Expression::Compose { components, .. } = &module.global_expressions[constant.init] else { return None };
    let number = |&component: &naga::Handle<_>| match module.global_expressions[component] {
        naga::Expression::Literal(Literal::F32(number)) => Some(f64::from(number)),
        naga::Expression::Literal(Literal::F64(number)) => Some(number),
        _ => None,
    };
    components.iter().map(number).collect()
}

/// real(37.0 / 60.0) is the nearest number to 37/60 in the precision of the module: the
/// quotient is folded in f64 and rounded once.
#[test]
fn constants_are_exact_in_either_precision() {
    for precision in [Precision::F32, Precision::F64] {
        let force = Force { axis: 0, time: 0.0, speed: Speed::Varying, scheme: Scheme::Flux, table: 0 };
        let module = Case { kernel: force.kernel(Build::default()), precision, spin: true }.module();
        let nearest = |number: f64| match precision {
            Precision::F32 => f64::from(number as f32),
            Precision::F64 => number,
        };
        for (name, exact) in [
            ("EVEN_0", [37.0 / 60.0, -8.0 / 60.0, 1.0 / 60.0]),
            ("ODD_1", [-245.0 / 360.0, 25.0 / 360.0, -2.0 / 360.0]),
            ("TURN", [-6.0 / 192.0, 7.0 / 192.0, -1.0 / 192.0]),
        ] {
            assert_eq!(components(&module, name), Some(exact.map(nearest).to_vec()), "{name} in {precision}");
        }
    }
}

/// Kernels call no function of which WGSL promises fewer digits than arithmetic has, such
/// as sin (2^-11), exp, log and pow; round is exact, and sqrt alone has a rounding or two of its own.
#[test]
fn no_kernel_calls_a_loose_function() {
    use naga::MathFunction::{Abs, Cross, Dot, Length, Max, Min, Round, Sqrt};
    for case in cases() {
        let module = case.module();
        let bodies = module.functions.iter().map(|(_, function)| function);
        for function in bodies.chain(module.entry_points.iter().map(|entry| &entry.function)) {
            for (_, expression) in function.expressions.iter() {
                if let naga::Expression::Math { fun, .. } = expression {
                    let exact = matches!(fun, Abs | Cross | Dot | Length | Max | Min | Round | Sqrt);
                    assert!(exact, "{}: {fun:?} in {:?}", case.name(), function.name);
                }
            }
        }
    }
}

/// No WGSL file lies idle: each is part of some module as it stands.
#[test]
fn every_shader_file_is_used() {
    let sources: Vec<String> = cases().map(|case| case.kernel.source(case.precision, case.spin)).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let (mut folders, mut files) = (vec![root.clone()], 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("folder of shaders") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("text");
            let file = path.strip_prefix(&root).expect("below shaders").display();
            assert!(sources.iter().any(|source| source.contains(&text)), "shaders/{file} is part of no kernel");
            files += 1;
        }
    }
    assert!(files >= 5, "found {files} files");
}
