// SPDX-License-Identifier: Apache-2.0

//! The pages of kinds, from their definitions.

mod fields;
mod message;
mod rules;

use std::fmt::Write;

use anyhow::{Context, Result};
use ironcore_api::{KINDS, Kind};
use serde_json::Value;

use crate::table::{code, table};
use fields::Shared;

const INTRO: &str = "# API reference

Generated from the CRDs in `deploy/crds`. In a cluster that has them, `kubectl explain` shows the same.

A reference names an object of the same namespace unless it has a `namespace` of its own; an empty name refers to nothing.

Rules are written in CEL and are part of the CRD, so the API server itself refuses objects that break them. With the
[webhook](../webhook.md), the messages are more precise. A rule that uses `oldSelf` applies to updates only; one that uses `entry`
applies to each item of a list. Rules without `oldSelf` tolerate invalid values that are already stored
([upgrade](../upgrade.md#rules-forgive)). In a message, `{…}` stands for a value, and `[*]` for any item.

";

/// The pages: name below `docs/api`, and text.
///
/// # Errors
/// Where a definition is not as the generator takes it to be.
pub fn pages() -> Result<Vec<(String, String)>> {
    let kinds: Result<Vec<_>> = KINDS.iter().map(Definition::new).collect();
    let kinds = kinds?;
    let mut pages = vec![("index.md".to_owned(), index(&kinds))];
    for kind in &kinds {
        pages.push((kind.file(), kind.page(&kinds)?));
    }
    Ok(pages)
}

/// A kind and its definition's parts.
struct Definition {
    kind: &'static Kind,
    version: Value,
}

impl Definition {
    fn new(kind: &'static Kind) -> Result<Self> {
        let crd = serde_json::to_value((kind.crd)())?;
        let version = crd["spec"]["versions"][0].clone();
        version
            .get("schema")
            .with_context(|| format!("{} has no schema", kind.kind))?;
        Ok(Self { kind, version })
    }

    fn file(&self) -> String {
        format!("{}.md", self.kind.kind.to_lowercase())
    }

    fn schema(&self) -> &Value {
        &self.version["schema"]["openAPIV3Schema"]
    }

    fn spec(&self) -> &Value {
        &self.schema()["properties"]["spec"]
    }

    fn page(&self, all: &[Self]) -> Result<String> {
        let Kind {
            kind,
            plural,
            short_names,
            categories,
            ..
        } = *self.kind;
        let mut text = format!("# {kind}\n\n{}\n\n", description(self.schema()));
        let names = [&[plural], short_names, categories].concat();
        let names: Vec<String> = names.iter().map(|name| code(name)).collect();
        let rows = [
            ["API version".to_owned(), code(&self.kind.api_version())],
            ["Definition".to_owned(), code(&self.kind.crd_name())],
            ["`kubectl get`".to_owned(), names.join(", ")],
            ["Field selectors".to_owned(), self.selectors()],
        ];
        text.push_str(&table(["", ""], &rows));
        text.push_str(&self.columns());
        // A kind's spec is told once, where the kind is.
        let shared: Vec<Shared> = all
            .iter()
            .filter(|other| other.kind.kind != kind)
            .map(Definition::shared)
            .collect();
        text.push_str(&fields::sections(self.schema(), &shared)?);
        text.push_str(&rules::section(self.schema(), &shared));
        Ok(text)
    }

    fn shared(&self) -> Shared<'_> {
        Shared {
            kind: self.kind.kind,
            file: self.file(),
            spec: self.spec(),
        }
    }

    fn selectors(&self) -> String {
        let fields = self.version["selectableFields"].as_array();
        let paths = fields
            .into_iter()
            .flatten()
            .filter_map(|field| field["jsonPath"].as_str());
        let ours = paths.map(|path| code(path.trim_start_matches('.')));
        let all = [
            "`metadata.name`".to_owned(),
            "`metadata.namespace`".to_owned(),
        ]
        .into_iter()
        .chain(ours);
        all.collect::<Vec<_>>().join(", ")
    }

    fn columns(&self) -> String {
        let columns = self.version["additionalPrinterColumns"].as_array();
        let text = |column: &Value, key: &str| column[key].as_str().unwrap_or_default().to_owned();
        let row = |column| {
            [
                text(column, "name"),
                code(text(column, "jsonPath").trim_start_matches('.')),
                text(column, "type"),
            ]
        };
        let rows: Vec<_> = columns.into_iter().flatten().map(row).collect();
        format!(
            "\n## Columns\n\n{}",
            table(["Column", "Field", "Type"], &rows)
        )
    }
}

fn index(kinds: &[Definition]) -> String {
    let row = |kind: &Definition| {
        [
            format!("[{}]({})", kind.kind.kind, kind.file()),
            code(&kind.kind.api_version()),
            description(kind.schema()),
        ]
    };
    let rows: Vec<_> = kinds.iter().map(row).collect();
    let mut text = INTRO.to_owned();
    let _ = write!(text, "{}", table(["Kind", "API version", ""], &rows));
    text
}

fn description(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str) -> String {
        let pages = pages().expect("definitions");
        pages
            .into_iter()
            .find(|(file, _)| file == name)
            .expect("a page")
            .1
    }

    #[test]
    fn every_kind_has_a_page_that_the_index_links() {
        let index = page("index.md");
        for kind in &KINDS {
            let file = format!("{}.md", kind.kind.to_lowercase());
            assert!(
                index.contains(&format!("[{}]({file})", kind.kind)),
                "{index}"
            );
            assert!(page(&file).starts_with(&format!("# {}\n", kind.kind)));
        }
    }

    #[test]
    fn a_page_tells_fields_bounds_defaults_columns_selectors_and_rules() {
        let page = page("machine.md");
        let expected = [
            "`metadata.name`, `metadata.namespace`, `spec.machinePoolRef.name`, `spec.machineClassRef.name`",
            "| MachineClassRef | `spec.machineClassRef.name` | string |",
            "| `power` | string | default `On`; at most 32 characters |",
            "| `networkInterfaces` | list of objects | at most 128; one for each `name` |",
            "- supported values: \"On\", \"Off\" (`FieldValueInvalid`)",
            // Not a link to the interface's page: where a machine has many, their rules have fewer words.
            "| `networkRef` |",
        ];
        for line in expected {
            assert!(page.contains(line), "{line}\nis not in\n{page}");
        }
    }

    #[test]
    fn every_field_and_every_rule_of_a_definition_is_on_its_page() {
        let page = page("networkinterface.md");
        let definition = KINDS
            .iter()
            .find(|kind| kind.kind == "NetworkInterface")
            .map(Definition::new);
        let definition = definition.expect("the kind").expect("its definition");
        for (path, _) in rules::all(definition.schema()) {
            let name = path.rsplit('.').next().unwrap_or_default();
            let name = name.trim_end_matches("[]").trim_end_matches("{}");
            assert!(page.contains(name), "{path}");
        }
    }
}
