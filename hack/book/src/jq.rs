// SPDX-License-Identifier: Apache-2.0

//! The programs of `hack/migration`, run as jq runs them.

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read};
use serde_json::Value;
use xtask::repo;

/// What a program of `hack/migration` makes of `input`, with its variables.
///
/// # Errors
/// What the program raises.
///
/// # Panics
/// Where it is none, or does not give exactly one value.
pub fn run(program: &str, variables: &[(&str, Value)], input: &Value) -> Result<Value, String> {
    let code = std::fs::read_to_string(repo::root().join("hack/migration").join(program));
    let code = code.expect("a program");
    let value = |json: &Value| read::parse_single(json.to_string().as_bytes()).expect("JSON");
    let defs = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs());
    let funs = jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs());
    let arena = Arena::default();
    let modules = Loader::new(defs).load(
        &arena,
        File {
            path: (),
            code: &*code,
        },
    );
    let modules = modules.unwrap_or_else(|errors| panic!("{program}: {errors:?}"));
    let filter = Compiler::default()
        .with_funs(funs)
        .with_global_vars(variables.iter().map(|(name, _)| *name))
        .compile(modules)
        .unwrap_or_else(|errors| panic!("{program}: {errors:?}"));
    let values: Vec<Val> = variables.iter().map(|(_, json)| value(json)).collect();
    let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new(values));
    let mut outputs = filter.id.run((context, value(input))).map(unwrap_valr);
    let output = outputs
        .next()
        .expect("an output")
        .map_err(|error| error.to_string())?;
    assert!(outputs.next().is_none());
    Ok(serde_json::from_str(&output.to_string()).expect("JSON"))
}
